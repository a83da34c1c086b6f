"""The names of the 128 numbers that describe a frame of sound, in their order."""

from __future__ import annotations

RATE = 22050  # frames of sound a second, mono
HOP = 882  # of them between two rows of numbers: 25 rows a second
WINDOW = 2048  # of them that a row looks back on
ROWS_A_SECOND = RATE / HOP

MEL = 84
PITCH_CLASSES = ("c", "c_sharp", "d", "e_flat", "e", "f", "f_sharp", "g", "a_flat", "a", "b_flat", "b")
PULSES = (25, 19, 15, 12, 10, 8)  # rows: 60, 79, 100, 125, 150 and 187 beats a minute

LEVELS = ("loudness", "rms", "loudness.1s", "loudness.4s")  # dB, and like the mel bands they move with the gain
SHAPE = ("crest", "zero_crossings", "centroid", "spread", "flatness", "rolloff.85", "rolloff.50", "entropy", "bass")
CHANGE = ("onset", "onset.low", "onset.middle", "onset.high", "delta.loudness", "delta.centroid", "delta.chroma")
LONG = ("onset.half_second", "onset.4s", "loudness.range")
TONALITY = ("tonality.major", "tonality.minor", "tonality.mode")
PULSE = tuple(f"pulse.{round(60 * ROWS_A_SECOND / rows)}" for rows in PULSES)

FEATURES: tuple[str, ...] = (
    *(f"mel.{band}" for band in range(MEL)),
    *(f"chroma.{name}" for name in PITCH_CLASSES),
    *LEVELS,
    *SHAPE,
    *CHANGE,
    *LONG,
    *TONALITY,
    *PULSE,
)
