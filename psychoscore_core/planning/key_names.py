"""Key names as musicians write them: "Am", "C", "Eb Dorian", "F# minor"."""

from __future__ import annotations

import re

from psychoscore_core.errors import did_you_mean
from psychoscore_core.records import KEYS, MODES

_NAME = re.compile(r"([A-G])([b#♭♯]?)\s*(.*)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "b": -1, "♭": -1, "#": 1, "♯": 1}
_MODES = {"": "Ionian", "maj": "Ionian", "major": "Ionian", "m": "Aeolian", "min": "Aeolian", "minor": "Aeolian"}
_MODES |= {mode.lower(): mode for mode in MODES}


def read_key(text: str) -> tuple[str, str]:
    """Return the key (one of KEYS) and mode that a name means; a bare letter is major, "m" minor (Aeolian).

    Raises ValueError that says what is wrong; sharps become the flats of KEYS.
    """
    match = _NAME.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r:.60} is no key: write Am, C, Eb Dorian or F# minor")
    word = match[3].lower() if match[3] != "M" else "major"
    if word not in _MODES:
        known = ", ".join(("minor", "major", *MODES))
        meant = did_you_mean(match[3].capitalize(), MODES) or did_you_mean(word, _MODES)
        raise ValueError(f"{match[3]!r:.60} is no mode{meant or f'; there is {known}'}")
    return KEYS[(_LETTERS[match[1]] + _ACCIDENTALS[match[2]]) % 12], _MODES[word]
