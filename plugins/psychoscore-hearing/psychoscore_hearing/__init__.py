"""Measures music: keys, chords, tension, structure and the attributes of a score."""
