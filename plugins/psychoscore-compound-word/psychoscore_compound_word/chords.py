"""The chords that have a token: the qualities that hearing recognises, on twelve roots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from symusic import Score

from psychoscore_core.chord_symbols import QUALITIES, read_chords
from psychoscore_core.errors import RunError
from psychoscore_core.records import KEYS, Plan
from psychoscore_hearing.chords import RECOGNISED, chords_of
from psychoscore_hearing.music import Music

SYMBOLS = tuple(f"{key}{quality}" for quality in RECOGNISED for key in KEYS)
_TONES = [frozenset(QUALITIES[quality]) for quality in RECOGNISED]
_MISSING = 0.5  # what a chord loses for each tone of its own that the other has not


def heard(score: Score, music: Music) -> np.ndarray:
    """Return the chord of every half bar (2 * bars,) as an index into SYMBOLS, -1 where there is none."""
    symbols = chords_of(score, music).symbol
    known = {symbol: _of_symbol(symbol) for symbol in set(symbols)}
    return np.array([known[symbol] for symbol in symbols], np.int64)


def planned(plan: Plan) -> list[tuple[int, int]]:
    """Return both half bars' chords of every bar, -1 where none is planned; raises RunError on a symbol that is none.

    The first half has the bar's first chord, the second the one that begins or sounds in its middle.
    """
    found = []
    for number, bar in enumerate(plan.bars, 1):
        chords = read_chords(bar.chord, f"plan: bar {number}")
        halves = (chords[0][0], chords[len(chords) // 2][0]) if chords else ((), ())
        found.append((_nearest(halves[0]), _nearest(halves[1])))
    return found


def _of_symbol(symbol: str) -> int:
    try:
        chords = read_chords(symbol)
    except RunError:
        return -1
    return _nearest(chords[0][0]) if chords else -1


def _nearest(tones: Sequence[int]) -> int:
    """Return the chord with most of these pitch classes, root first; -1 of none."""
    if not tones:
        return -1
    above = {(tone - tones[0]) % 12 for tone in tones}
    fits = [len(above & own) - _MISSING * len(own - above) for own in _TONES]
    return int(np.argmax(fits)) * 12 + tones[0] % 12
