"""A decode step in C for the transformer."""
