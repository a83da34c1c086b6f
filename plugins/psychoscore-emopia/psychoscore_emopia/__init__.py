"""EMOPIA: about a thousand clips of pop piano, each in one quadrant of valence and arousal (Hung et al. 2021)."""
