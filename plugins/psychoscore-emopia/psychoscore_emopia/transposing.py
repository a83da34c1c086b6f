"""Transposed copies of a score and of its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from symusic import Note

from psychoscore_core.records import KEYS

if TYPE_CHECKING:
    from symusic.core import ScoreTick as Score
else:
    Score = Any

HIGHEST = 127  # MIDI pitch


def transposed(score: Score, semitones: int) -> Score:
    """Return a copy moved by so many semitones, drums apart; a pitch beyond MIDI's range moves back an octave."""
    copy = score.copy()
    copy.key_signatures.clear()  # they would name the old key
    for track in copy.tracks:
        if not track.is_drum and len(track.notes):
            notes = track.notes.numpy()
            pitch = notes["pitch"].astype(np.int64) + semitones
            pitch = np.where(pitch < 0, pitch + 12, np.where(pitch > HIGHEST, pitch - 12, pitch)).astype(np.int8)
            track.notes = Note.from_numpy(notes["time"], notes["duration"], pitch, notes["velocity"])
    return copy


def transposed_key(key: str, semitones: int) -> str:
    """Return the key so many semitones above."""
    return KEYS[(KEYS.index(key) + semitones) % len(KEYS)]


def shifts(most: int) -> list[int]:
    """Return 0, then -1, 1, -2, 2 ... to the most."""
    return [0, *(sign * step for step in range(1, most + 1) for sign in (-1, 1))]
