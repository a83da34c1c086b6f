"""Divide the notes of one track into melody, inner part and bass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

MELODY, INNER, BASS = "melody", "inner", "bass"
PARTS = (MELODY, INNER, BASS)
MELODY_FROM, BASS_BELOW = 60, 55  # MIDI pitches: middle C, and the G below it

Notes = Mapping[str, np.ndarray]  # what symusic's `notes.numpy()` gives: time, duration, pitch, velocity


def part_of_notes(notes: Notes) -> np.ndarray:
    """Return the part of each note, an array of texts (notes,).

    melody: the highest of those that begin together, from middle C up, unless a higher melody note still sounds.
    bass: the lowest of those that begin together, below the G under middle C. inner: all others.
    """
    time, pitch = notes["time"].astype(np.int64), notes["pitch"].astype(np.int64)
    parts = np.full(len(time), INNER, dtype="<U6")
    order = np.lexsort((pitch, time))  # by onset, low to high
    changes = np.diff(time[order]) != 0
    lowest = order[np.append(True, changes)]
    highest = order[np.append(changes, True)]
    parts[lowest[pitch[lowest] < BASS_BELOW]] = BASS
    parts[_sung(highest, time, notes["duration"].astype(np.int64), pitch)] = MELODY
    return parts


def _sung(highest: np.ndarray, time: np.ndarray, duration: np.ndarray, pitch: np.ndarray) -> list[int]:
    """Return which of the highest notes, in order of onset, are the melody's."""
    sung: list[int] = []
    for note in highest.tolist():
        held = bool(sung) and time[note] < time[sung[-1]] + duration[sung[-1]] and pitch[note] < pitch[sung[-1]]
        if pitch[note] >= MELODY_FROM and not held:
            sung.append(note)
    return sung
