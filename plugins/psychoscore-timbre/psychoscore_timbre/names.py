"""The sizes that sound, features and decoder share (Engel et al. 2020, DDSP, in its streaming form)."""

from __future__ import annotations

RATE = 16000  # frames of sound a second, mono
HOP = 320  # of them between two rows of features: 50 rows a second
ROWS_A_SECOND = RATE / HOP

HARMONICS = 60
NOISE_BANDS = 65  # magnitudes from 0 to 8 kHz

INPUTS = ("f0_scaled", "loudness_scaled")
OUTPUTS = ("amplitudes", "harmonic_distribution", "noise_magnitudes")

HIGHEST_MIDI = 127.0
LOUDNESS_RANGE = 80.0  # dB below a full-scale sine of 1 kHz that are told apart
