"""POP909: piano arrangements of 909 pop songs with melody, bridge and accompaniment apart (Wang et al. 2020)."""
