"""VGMIDI: piano arrangements of game music, some rated for valence and arousal (Ferreira and Whitehead 2019)."""
