"""What a song's score is put together from, and the putting together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from psychoscore_core.chord_symbols import MARKER
from psychoscore_core.records import KEYS
from psychoscore_pop909.voices import VOICES

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

TPQ = 480
NEAR = 20  # ticks: a sixth of a sixteenth note, half a step of twelve positions a quarter
COLUMNS = ("time", "duration", "pitch", "velocity")


@frozen(kw_only=True)
class Parts:
    """A song before it is a score; times are ticks of 480 a quarter note from the first bar line.

    notes: (notes, 5) onset, duration, pitch, velocity, voice (index into VOICES; -1 is the piano's).
    signatures: (time, numerator, denominator). keys: (time, sharps, 0 major or 1 minor). chords: (time, symbol).
    tempos: (time, quarter notes a minute). known: whether the tempos are the song's own and no default.
    """

    notes: np.ndarray
    signatures: Sequence[tuple[int, int, int]]
    keys: Sequence[tuple[int, int, int]]
    chords: Sequence[tuple[int, str]]
    tempos: Sequence[tuple[int, float]]
    known: bool = True


def notes_of(tracks: Sequence[Any], tpq: int) -> np.ndarray:
    """Return the notes of tracks as (notes, 5) integers at 480 ticks a quarter; the last column is the track."""
    tables = []
    for voice, track in enumerate(tracks):
        columns = track.notes.numpy()
        tables.append(np.stack([*(columns[name] for name in COLUMNS), np.full(len(track.notes), voice)], 1))
    table = np.concatenate([np.zeros((0, 5), int), *tables]).astype(np.int64)
    if tpq != TPQ:
        begin, end = (np.rint(edge * TPQ / tpq).astype(np.int64) for edge in (table[:, 0], table[:, :2].sum(1)))
        table[:, 0], table[:, 1] = begin, np.maximum(1, end - begin)
    return table


def assemble(parts: Parts) -> Score:
    """Return the score: a track for each voice that has notes, signatures, keys, tempos, and chords as markers."""
    from symusic import KeySignature, Note, Score, Tempo, TextMeta, TimeSignature, Track

    score = Score(TPQ)
    for index, name in enumerate(VOICES):
        rows = parts.notes[(parts.notes[:, 4] % len(VOICES)) == index]  # -1 is the last, the piano
        if len(rows):
            columns = [np.ascontiguousarray(column) for column in rows[np.lexsort((rows[:, 2], rows[:, 0]))].T[:4]]
            time, duration = (column.astype(np.int32) for column in columns[:2])
            pitch, velocity = (column.astype(np.int8) for column in columns[2:])
            track = Track(name, 0, False)
            track.notes = Note.from_numpy(time, duration, pitch, velocity)
            score.tracks.append(track)
    score.time_signatures.extend([TimeSignature(*signature) for signature in parts.signatures])
    score.key_signatures.extend([KeySignature(*key) for key in parts.keys])
    score.tempos.extend([Tempo(time, qpm) for time, qpm in parts.tempos])
    score.markers.extend([TextMeta(time, MARKER + symbol) for time, symbol in parts.chords])
    return score


def median_tempo(tempos: Sequence[tuple[int, float]], end: int) -> float:
    """Return the tempo that half of the piece's beats lie above, each tempo weighing as long as it holds."""
    times = np.array([*(time for time, _ in tempos), max(end, tempos[-1][0] + 1)])
    values = np.array([qpm for _, qpm in tempos])
    order = np.argsort(values, kind="stable")
    share = np.cumsum(np.diff(times)[order])
    return float(values[order][np.searchsorted(share, share[-1] / 2)])


def on_grid(onsets: np.ndarray, near: int = NEAR) -> float:
    """Return the share of onsets within `near` ticks of the sixteenths or of the eighth triplets."""
    away = [np.abs((onsets + step // 2) % step - step // 2) for step in (TPQ // 4, TPQ // 3)]
    return float((np.minimum(*away) <= near).mean())


def tonic(sharps: int, minor: int) -> tuple[str, str]:
    """Return key and mode of a key signature."""
    return KEYS[(7 * sharps + 9 * minor) % 12], "Aeolian" if minor else "Ionian"


def sharps_of(pitch_class: int, minor: int) -> int:
    """Return the key signature of a tonic, -6 flats to 5 sharps."""
    return (7 * (pitch_class - 9 * minor) + 6) % 12 - 6
