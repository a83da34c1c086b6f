"""RWKV-4 as a library for model backends: checkpoints in, a module that trains, an engine that decodes."""
