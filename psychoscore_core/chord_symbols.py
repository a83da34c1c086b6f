"""Chord symbols of a plan: "Am7", "Bb", "F#dim", "C:maj7", "G/B"; "Am7 D7" are two that share a bar evenly."""

from __future__ import annotations

import re

from psychoscore_core.errors import RunError

MARKER = "chord:"  # a score's marker with this before a chord symbol says which chord begins there; "chord:N" none
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "b": -1, "#": 1, "♭": -1, "♯": 1}
_SYMBOL = re.compile(r"([A-G])([b#♭♯]?):?([^/]*)(?:/([A-G])([b#♭♯]?))?")
QUALITIES = {  # semitones above the root
    "": (0, 4, 7),
    "maj": (0, 4, 7),
    "M": (0, 4, 7),
    "m": (0, 3, 7),
    "min": (0, 3, 7),
    "-": (0, 3, 7),
    "dim": (0, 3, 6),
    "o": (0, 3, 6),
    "°": (0, 3, 6),
    "aug": (0, 4, 8),
    "+": (0, 4, 8),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "min6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "M7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "min7": (0, 3, 7, 10),
    "-7": (0, 3, 7, 10),
    "mM7": (0, 3, 7, 11),
    "minmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9),
    "o7": (0, 3, 6, 9),
    "°7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "hdim7": (0, 3, 6, 10),
    "ø": (0, 3, 6, 10),
    "ø7": (0, 3, 6, 10),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "sus": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "min9": (0, 3, 7, 10, 2),
    "add9": (0, 4, 7, 2),
}


def read_chord(symbol: str, where: str = "plan") -> tuple[tuple[int, ...], int]:
    """Return a symbol's pitch classes, root first, and its bass; raises RunError that begins with `where`."""
    match = _SYMBOL.fullmatch(symbol.strip())
    if not match or match[3] not in QUALITIES:
        raise RunError(
            f"{where}: {symbol!r:.60} is not a chord symbol (like Am7, Bb, F#dim, C:maj7 or G/B; 'Am D7' shares a bar)"
        )
    root = _LETTERS[match[1]] + _ACCIDENTALS[match[2]]
    bass = _LETTERS[match[4]] + _ACCIDENTALS[match[5]] if match[4] else root
    return tuple((root + above) % 12 for above in QUALITIES[match[3]]), bass % 12


def read_chords(text: str, where: str = "plan") -> tuple[tuple[tuple[int, ...], int], ...]:
    """Return the chords of one bar in order, () for an empty text; each has an equal share of the bar."""
    return tuple(read_chord(symbol, where) for symbol in text.split())
