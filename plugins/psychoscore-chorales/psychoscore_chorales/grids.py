"""Chorales as grids of sixteenth notes: one pitch a voice and step, and whether a note begins there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_core.errors import DataError
from psychoscore_midi.reading import read_midi

SPLITS = {"train": "train", "valid": "validation", "test": "test"}  # as the JSON file names them
VOICES = 4
BEAT = 4  # steps
MAX_BYTES = 50_000_000
MAX_STEPS = 10_000


@frozen(kw_only=True)
class Grid:
    """A chorale in steps of a sixteenth note.

    pitches: (steps, 4) MIDI pitches of soprano, alto, tenor, bass; -1 is a rest. struck: (steps, 4) a note begins
    here. signature, sharps, minor and tempo are what a MIDI file says of it, None where there is none.
    """

    pitches: np.ndarray
    struck: np.ndarray
    signature: tuple[int, int] | None = None
    sharps: int | None = None
    minor: int = 0
    tempo: float | None = None


def read_json(path: Path) -> Mapping[str, Grid]:
    """Return every chorale by its id, like "train-007"; raises DataError on any other file."""
    content = _loaded(path)
    if not isinstance(content, dict) or not all(isinstance(content.get(split), list) for split in SPLITS):
        raise DataError(f"{path}: not the chorales' file: no lists named {', '.join(SPLITS)}")
    return {
        f"{SPLITS[split]}-{index:03d}": _grid(chorale, f"{path}: {split} {index}")
        for split in SPLITS
        for index, chorale in enumerate(content[split])
    }


def read_grid(path: Path) -> Grid:
    """Return a MIDI file's chorale; raises DataError on one that has not four voices."""
    score = read_midi(path, isolate=False)
    tracks = [track for track in score.tracks if len(track.notes)]
    steps = -(-score.end() * BEAT // score.tpq)
    if len(tracks) != VOICES or not 0 < steps <= MAX_STEPS:
        raise DataError(f"{path}: {len(tracks)} voices and {steps} sixteenths, not four voices of one chorale")
    pitches, struck = np.full((steps, VOICES), -1), np.zeros((steps, VOICES), bool)
    for voice, track in enumerate(tracks):
        notes = track.notes.numpy()
        begins, ends = (
            np.rint(edge * BEAT / score.tpq).astype(int) for edge in (notes["time"], notes["time"] + notes["duration"])
        )
        for begin, end, pitch in zip(begins, ends, notes["pitch"], strict=True):
            pitches[begin : max(end, begin + 1), voice] = pitch
            struck[min(begin, steps - 1), voice] = True
    key = score.key_signatures[0] if len(score.key_signatures) else None
    return Grid(
        pitches=pitches,
        struck=struck,
        signature=(score.time_signatures[0].numerator, score.time_signatures[0].denominator),
        sharps=key.key if key else None,
        minor=key.tonality if key else 0,
        tempo=None if score.tempos[0].qpm == 120 else score.tempos[0].qpm,  # the standard's default says nothing
    )


def struck_of(pitches: np.ndarray) -> np.ndarray:
    """Return where notes begin in a grid that cannot tell: where the pitch changes, and on moving beats.

    On a beat where some voice moves, a voice that keeps its pitch sings it anew; within a beat, and where the whole
    chord stays, it holds. Of 17,746 equal pitches across a beat in chorales whose MIDI file tells, that is right for
    75% (92% where the chord stays, 68% where it moves); within a beat for 99.9%.
    """
    struck = np.ones(pitches.shape, bool)
    struck[1:] = pitches[1:] != pitches[:-1]
    beats = np.arange(len(pitches)) % BEAT == 0
    struck |= (struck.any(1) & beats)[:, None]
    return struck & (pitches >= 0)


def _loaded(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: too large for the chorales (over {MAX_BYTES:,} bytes)")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:  # no JSON, no text, or nested without end
        raise DataError(f"{path}: not a JSON file: {error}") from None


def _grid(chorale: Any, where: str) -> Grid:
    try:
        pitches = np.array(chorale, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{where}: not a list of steps of four pitches") from None
    if pitches.ndim != 2 or pitches.shape[1] != VOICES or not 0 < len(pitches) <= MAX_STEPS:
        raise DataError(f"{where}: not a list of steps of four pitches")
    if not ((pitches == -1) | ((pitches >= 0) & (pitches <= 127))).all() or (pitches % 1).any():
        raise DataError(f"{where}: a pitch outside of 0 to 127")
    whole = pitches.astype(int)
    if (whole < 0).all():
        raise DataError(f"{where}: no notes in it")
    return Grid(pitches=whole, struck=struck_of(whole))
