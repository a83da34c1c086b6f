"""The emotion judge: valence, arousal and quadrant of a score, with its own accuracy beside every verdict."""
