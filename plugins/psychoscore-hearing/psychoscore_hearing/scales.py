"""Notes against the scale of their bar."""

from __future__ import annotations

import numpy as np

from psychoscore_core.records import SCALES
from psychoscore_hearing.music import Music
from psychoscore_hearing.spiral import LOWEST, spell

UNKNOWN = "Ionian"  # the scale where nothing is known of a key
_LOWEST = {"Locrian": -6}  # its fifth is flat, not the fourth sharp


def places(mode: str) -> np.ndarray:
    """Return the place on the line of fifths of the twelve semitones above a tonic of this mode (12,)."""
    return spell(np.arange(12), 0, _LOWEST.get(mode, LOWEST))


def scale_place(mode: str) -> float:
    """Return the mean place of a mode's scale: 3 for Lydian, 2 for Ionian, down to -3 for Locrian."""
    mode = mode or UNKNOWN
    return float(places(mode)[list(SCALES[mode])].mean())


def _degrees(music: Music) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return (semitones above the tonic of the bar, index of the mode) of each note, and the modes."""
    modes = sorted({mode or UNKNOWN for _, mode in music.key})
    index = np.array([modes.index(mode or UNKNOWN) for _, mode in music.key], dtype=np.int64)
    return (music.pitch - music.tonic[music.bar]) % 12, index[music.bar], modes


def outside(music: Music) -> np.ndarray:
    """Return which notes are outside the scale of their bar, bool (notes,)."""
    degree, mode, modes = _degrees(music)
    tables = np.array([~np.isin(np.arange(12), SCALES[name]) for name in modes]).reshape(-1, 12)
    return tables[mode, degree]


def note_places(music: Music) -> np.ndarray:
    """Return each note's place on the line of fifths seen from the tonic of its bar (notes,)."""
    degree, mode, modes = _degrees(music)
    tables = np.array([places(name) for name in modes]).reshape(-1, 12)
    return tables[mode, degree]
