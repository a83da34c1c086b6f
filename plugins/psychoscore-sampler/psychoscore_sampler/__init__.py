"""The sampler `constrained`."""
