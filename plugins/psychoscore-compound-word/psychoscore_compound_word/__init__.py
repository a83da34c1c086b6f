"""The Compound Word transformer: the tokenizer, the encoder `emotion` and the model backend."""
