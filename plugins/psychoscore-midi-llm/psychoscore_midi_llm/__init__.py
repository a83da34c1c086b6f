"""The tokenizer `midi-llm`: the word-level tokens of the public RWKV-4 music checkpoints."""
