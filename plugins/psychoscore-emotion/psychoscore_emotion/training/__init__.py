"""How the shipped weights were made: corpora are rendered to sound, measured, and learnt from; wants torch."""
