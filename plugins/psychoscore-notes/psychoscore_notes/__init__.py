"""The tokenizer `notes`: one row of token ids for each note."""
