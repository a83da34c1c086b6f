"""Windows: which music rows of which example a sequence shows.

A window stands behind the piece's prefix, so that the middle of a piece is conditioned as its beginning
is. Only a window at the beginning keeps [BOS], which therefore says "the piece starts here".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import frozen

from psychoscore_core.errors import DataError
from psychoscore_training.data import Prepared

MINIMUM_ROOM = 8  # music rows that must fit behind a prefix for training to make sense


@frozen
class Window:
    """Music rows `start` to `stop` of an example, counted behind its prefix; targets count from row `scored` on."""

    example: int
    start: int
    stop: int
    scored: int


def room(data: Prepared, examples: np.ndarray, context: int) -> np.ndarray:
    """Return how many music rows fit behind each example's prefix, the last one only as a target."""
    space = context + 1 - data.prefixes[examples]
    if (space < MINIMUM_ROOM).any():
        worst = int(data.prefixes[examples].max())
        raise DataError(f"{data.folder}: a context of {context} rows leaves no room behind a prefix of {worst} rows")
    return space


@frozen(kw_only=True, eq=False)
class WindowTable:
    """The windows of a split: enough per example to cover it once, their places drawn anew in every epoch.

    example: the example of each window. ordinal: 0 for the one that starts with the piece. lengths: rows.
    """

    data: Prepared
    example: np.ndarray
    ordinal: np.ndarray
    rooms: np.ndarray
    lengths: np.ndarray

    def window(self, number: int, jitter: float) -> Window:
        """Return window `number`; `jitter` in [0, 1) moves it left by up to its size, then on to a bar line."""
        example, ordinal, size = int(self.example[number]), int(self.ordinal[number]), int(self.rooms[number])
        music = int(self.data.music[example])
        if ordinal == 0:
            return Window(example, 0, min(size, music), 0)
        start = _bar_line(self.data, example, int(min((ordinal - jitter) * size, music - size)), size)
        # What follows the prefix in the middle of a piece is no news about how pieces begin: it is not scored.
        return Window(example, start, min(start + size, music), start + 1 if start else 0)


def window_table(data: Prepared, examples: np.ndarray, context: int) -> WindowTable:
    """Return the windows of these examples for sequences of at most `context` rows."""
    rooms, music = room(data, examples, context), data.music[examples]
    counts = -(-music // rooms)
    which = np.repeat(np.arange(len(examples)), counts)
    ordinal = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = np.minimum(rooms, music) + data.prefixes[examples]
    return WindowTable(data=data, example=examples[which], ordinal=ordinal, rooms=rooms[which], lengths=lengths[which])


def _bar_line(data: Prepared, example: int, start: int, size: int) -> int:
    """Return the first row from `start` on that begins a bar, or `start` where the window holds none."""
    begin = int(data.offsets[example] + data.prefixes[example]) + start
    bars = data.bars[begin - 1 : begin + min(size, int(data.music[example]) - start) - MINIMUM_ROOM // 2]
    changes = np.flatnonzero(np.diff(bars) > 0)
    return start + int(changes[0]) if len(changes) else start


def walk(data: Prepared, examples: Iterable[int], context: int) -> list[Window]:
    """Return windows that score every music row of the examples exactly once.

    Windows overlap by half: from the second on, a scored row has at least half a window of music to its left.
    """
    windows = []
    for example in (int(index) for index in examples):
        size, music = int(room(data, np.array([example]), context)[0]), int(data.music[example])
        stop = 0
        while stop < music:
            scored, stop = stop, min(size if stop == 0 else stop + size // 2, music)
            windows.append(Window(example, max(0, stop - size), stop, scored))
    return windows
