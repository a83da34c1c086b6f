"""Small recurrent nets, one step at a time: read, run in NumPy, and exported as TFLite models."""
