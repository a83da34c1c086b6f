"""The notes of a score as arrays, and a digest of the music that they are."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

GRID = 24  # positions a quarter note that the digest rounds onsets to


@frozen(kw_only=True, eq=False)
class Notes:
    """All notes of a score, track by track: onset, duration (ticks), pitch, int64; drum, bool; each (notes,)."""

    onset: np.ndarray
    duration: np.ndarray
    pitch: np.ndarray
    drum: np.ndarray
    tpq: int


def notes_of(score: Score) -> Notes:
    """Return the notes of a score in ticks."""
    tracks = [track for track in score.tracks if len(track.notes)]
    tables = [track.notes.numpy() for track in tracks]
    onset, duration, pitch = (
        np.concatenate([np.zeros(0, np.int64), *(table[name] for table in tables)]).astype(np.int64)
        for name in ("time", "duration", "pitch")
    )
    drum = np.repeat(np.array([track.is_drum for track in tracks], bool), [len(table["time"]) for table in tables])
    return Notes(onset=onset, duration=duration, pitch=pitch, drum=drum, tpq=score.tpq)


def digest_of_notes(notes: Notes) -> bytes:
    """Return 16 bytes that are the same for the same music, whatever its file looks like.

    The same music has the same pitches, drums apart, at the same onsets in 24ths of a quarter from the first one on.
    Names, tempos, instruments, velocities, durations, resolution and the order of tracks make no difference.
    """
    if not len(notes.onset):
        return bytes(16)
    onset = np.rint((notes.onset - notes.onset.min()) * (GRID / notes.tpq)).astype(np.int64)
    rows = np.unique(onset * 256 + notes.drum * 128 + notes.pitch)
    return hashlib.sha256(rows.astype("<i8").tobytes()).digest()[:16]
