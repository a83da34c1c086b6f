"""A song of POP909_CL: its bars, keys and chords, with voices and tempos from the original."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from psychoscore_core.errors import DataError
from psychoscore_midi.reading import read_midi
from psychoscore_pop909 import chords
from psychoscore_pop909.parts import TPQ, Parts, notes_of, on_grid
from psychoscore_pop909.voices import match

EIGHTH = TPQ // 2
EXACT = 5  # ticks: well under a step of the corrected files' grid
SILENCE = 60  # ticks without a chord that are a slip and no silence


def read_corrected(path: Path, original: Path | None) -> Parts:
    """Return the parts of a corrected song; raises DataError on files that are not what they must be.

    Without an original, or with one of other notes, all is the piano's and the tempo is the file's, often a dummy.
    """
    score = read_midi(path, isolate=False)
    tracks = [track for track in score.tracks if len(track.notes)]
    if len(tracks) != 2:
        raise DataError(f"{path}: {len(tracks)} tracks with notes, not two (the piano and its chords)")
    notes, chord_notes = notes_of(tracks[:1], score.tpq), notes_of(tracks[1:], score.tpq)
    notes[:, 4] = -1
    tempos: Sequence[tuple[int, float]] = [(_at(e.time, score.tpq), e.qpm) for e in score.tempos]
    known = False
    if original:
        source = read_midi(original, isolate=False)
        matched = match(notes_of(source.tracks, source.tpq), notes)
        if matched and (matched.voices >= 0).mean() > 0.5:
            notes[:, 4], known = matched.voices, True
            tempos = shifted([(_at(e.time, source.tpq), e.qpm) for e in source.tempos], matched.offset)
    signatures = [(_at(e.time, score.tpq), e.numerator, e.denominator) for e in score.time_signatures]
    late = displacement(chord_notes[:, 0], signatures[0])
    if on_grid(notes[:, 0], EXACT) > on_grid(notes[:, 0] + late, EXACT):  # the chords alone are off
        chord_notes[:, 0] += (late + TPQ // 2) % TPQ - TPQ // 2
        late = 0
    else:
        notes[:, 0] += late
        chord_notes[:, 0] += late
    keys = [(_at(e.time, score.tpq), e.key, e.tonality) for e in score.key_signatures]
    return Parts(
        notes=notes,
        signatures=signatures,
        keys=[(time + late if index else time, sharps, minor) for index, (time, sharps, minor) in enumerate(keys)],
        chords=chords.changes(chords.from_notes(chord_notes), SILENCE),
        tempos=shifted(tempos, -late),
        known=known,
    )


def displacement(onsets: np.ndarray, signature: tuple[int, int, int]) -> int:
    """Return the ticks to add so that the chords begin on bar lines, 0 where they are on the eighths as they should.

    In some files the whole music stands off the beat by a constant, chords and all: there no bar line is right.
    """
    if not len(onsets) or (onsets % EIGHTH == 0).mean() > 0.5:
        return 0
    bar = signature[1] * 4 * TPQ // signature[2]
    places, counts = np.unique(onsets % bar, return_counts=True)
    return int(bar - places[counts.argmax()])


def shifted(tempos: Sequence[tuple[int, float]], offset: int) -> list[tuple[int, float]]:
    """Return the tempos with `offset` taken off their times; the one that holds at 0, or the first, begins there."""
    times = np.array([time for time, _ in tempos]) - offset
    first = max(0, int(np.searchsorted(times, 0, side="right")) - 1)
    return [(max(0, int(time)) if index else 0, tempos[first + index][1]) for index, time in enumerate(times[first:])]


def _at(time: int, tpq: int) -> int:
    return round(time * TPQ / tpq)
