"""A grid of voices becomes a score of four tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_chorales.bars import bar_of, key_of, signature_of
from psychoscore_chorales.grids import BEAT, Grid
from psychoscore_core.records import KEYS

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

TPQ = 480
STEP = TPQ // BEAT
NAMES = ("MELODY", "BRIDGE", "BRIDGE", "BASS")  # soprano, alto, tenor, bass
VELOCITY = 80


def score_of(grid: Grid, pickup: int, tempo: float) -> Score:
    """Return the score; a pickup stands at the end of a first bar that begins with rests."""
    from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

    score, lead = Score(TPQ), -pickup % bar_of(grid)
    for name, pitches, struck in zip(NAMES, grid.pitches.T, grid.struck.T, strict=True):
        begins = np.flatnonzero(struck)
        ends = np.flatnonzero(np.append(struck[1:] | (pitches[1:] < 0), True)) + 1
        lengths = ends[np.searchsorted(ends, begins, side="right")] - begins
        track = Track(name, 0, False)
        track.notes = Note.from_numpy(
            ((begins + lead) * STEP).astype(np.int32),
            (lengths * STEP).astype(np.int32),
            pitches[begins].astype(np.int8),
            np.full(len(begins), VELOCITY, np.int8),
        )
        score.tracks.append(track)
    score.time_signatures.append(TimeSignature(0, *signature_of(grid)))
    score.tempos.append(Tempo(0, tempo))
    if (signature := key_signature_of(grid)) is not None:
        score.key_signatures.append(KeySignature(0, *signature))
    return score


def key_signature_of(grid: Grid) -> tuple[int, int] | None:
    """Return sharps (flats are negative) and 1 for minor: the file's, or those of the key that the end tells."""
    if grid.sharps is not None:
        return grid.sharps, grid.minor
    tonic, mode = key_of(grid)
    if tonic is None:
        return None
    minor = int(mode == "Aeolian")
    return (7 * (KEYS.index(tonic) - 9 * minor) + 6) % 12 - 6, minor
