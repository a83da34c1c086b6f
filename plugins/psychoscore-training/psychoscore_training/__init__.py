"""The training loop, data reader and evaluation that trainable model backends share; import its modules by name."""
