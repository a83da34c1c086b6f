"""Chords of half bars: from the score's chord markers, else recognised by comparing what sounds with templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define

from psychoscore_core.chord_symbols import MARKER, QUALITIES, read_chord
from psychoscore_core.errors import RunError
from psychoscore_core.records import KEYS
from psychoscore_hearing.music import Music
from psychoscore_hearing.windows import edges, lowest, sounding

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

RECOGNISED = ("", "m", "dim", "aug", "sus4", "7", "m7", "maj7", "m7b5", "dim7")
BASS_BONUS = 0.15  # of a chord whose root is the lowest note
COST = {"aug": 0.1, "dim": 0.05, "sus4": 0.12}  # rare chords must explain more; tuned on POP909, see the README
SEVENTH_COST = 0.03  # a fourth note must explain something
LIKE_ENOUGH = 0.6  # cosine below which a half bar has no clear chord of its own
_LATE = 1 / 8  # quarters by which a marker may come after the half bar that it is meant for


@define(kw_only=True, frozen=True, eq=False)
class Chords:
    """Two chords a bar. chroma: which pitch classes belong to it, bool (bars, 2, 12). root: pitch class, -1 where
    there is no chord (bars, 2). symbol: of each half bar in order, "" where there is none, 2 * bars of them."""

    chroma: np.ndarray
    root: np.ndarray
    symbol: list[str]


def _templates() -> np.ndarray:
    table = np.zeros((len(RECOGNISED), 12, 12))
    for row, quality in zip(table, RECOGNISED, strict=True):
        for root in range(12):
            row[root, [(root + above) % 12 for above in QUALITIES[quality]]] = 1
    return table.reshape(-1, 12)  # (qualities * roots, pitch classes)


_TEMPLATES = _templates()
_SIZE = _TEMPLATES.sum(axis=1)
_COST = SEVENTH_COST * (_SIZE - 3) + np.repeat([COST.get(quality, 0.0) for quality in RECOGNISED], 12)
_ROOT = np.tile(np.arange(12), len(RECOGNISED))
_SYMBOLS = [KEYS[root] + quality for quality in RECOGNISED for root in range(12)]


def chords_of(score: Score, music: Music) -> Chords:
    """Return the chords of every half bar: those of the score's chord markers where it has any, else recognised ones.

    A half bar without notes, or without a clear chord, keeps the one before.
    """
    return _marked(score, music) or recognise(music)


def recognise(music: Music) -> Chords:
    """Return the chords that the notes show, triads and sevenths, duration weighted."""
    weights = sounding(music)  # (half bars, 12)
    bass = np.where((low := lowest(music)) < 128, low % 12, -1)
    length = np.maximum(np.linalg.norm(weights, axis=1), 1e-9)[:, None]
    cosine = weights @ (_TEMPLATES / np.sqrt(_SIZE)[:, None]).T / length  # (half bars, chords)
    best = np.argmax(cosine + BASS_BONUS * (bass[:, None] == _ROOT) - _COST, axis=1)
    clear = cosine[np.arange(len(best)), best] >= LIKE_ENOUGH
    return _chords(_kept(np.where(clear, best, -1)))


def _kept(chord: np.ndarray) -> np.ndarray:
    source = np.maximum.accumulate(np.where(chord >= 0, np.arange(len(chord)), -1))
    return np.where(source >= 0, chord[source], -1)


def _chords(chord: np.ndarray) -> Chords:
    known = chord >= 0
    return Chords(
        chroma=((_TEMPLATES[chord] > 0) & known[:, None]).reshape(-1, 2, 12),
        root=np.where(known, _ROOT[chord], -1).reshape(-1, 2),
        symbol=[_SYMBOLS[index] if index >= 0 else "" for index in chord.tolist()],
    )


def _marked(score: Score, music: Music) -> Chords | None:
    """Return the chords that markers name, each until the next one; None where no marker can be read."""
    score = score.to("tick")
    quarter = max(1, score.ticks_per_quarter)
    found = sorted(
        (marker.time / quarter, marker.text[len(MARKER) :].strip())
        for marker in score.markers
        if marker.text.startswith(MARKER)
    )
    read = [(time, symbol, notes) for time, symbol in found if (notes := _pitch_classes(symbol)) is not None]
    if not read:
        return None
    held = np.searchsorted([time for time, _, _ in read], edges(music)[:-1] + _LATE, side="right") - 1
    chroma, root = np.zeros((len(held), 12), bool), np.full(len(held), -1)
    for window, index in enumerate(held.tolist()):
        if index >= 0 and read[index][2]:
            chroma[window, list(read[index][2])] = True
            root[window] = read[index][2][0]
    symbols = [read[index][1] if index >= 0 and read[index][2] else "" for index in held.tolist()]
    return Chords(chroma=chroma.reshape(-1, 2, 12), root=root.reshape(-1, 2), symbol=symbols)


def _pitch_classes(symbol: str) -> tuple[int, ...] | None:
    """Return a symbol's pitch classes, () for N (no chord), None where it cannot be read."""
    if symbol == "N":
        return ()
    try:
        return read_chord(symbol)[0]
    except RunError:
        return None
