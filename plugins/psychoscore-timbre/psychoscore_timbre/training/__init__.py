"""How the shipped weights were made: notes of known pitch are synthesised, and a decoder learns them; wants torch."""
