"""REMI tokens for PSYCHOSCORE: a score becomes bars, positions and notes, and back, under a grammar."""
