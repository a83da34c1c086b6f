"""Timbre transfer: pitch and loudness of a sound, a small DDSP decoder, harmonics and filtered noise."""
