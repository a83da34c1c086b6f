"""Bars and tempos of a score: any score, with signatures and tempos that no music has left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from symusic.core import ScoreTick as Score
else:
    Score = Any

GRID = 24  # positions a quarter note that onsets are rounded to before they are sorted into bars
COMMON_TIME = 4.0  # quarter notes a bar where no valid time signature says otherwise
USUAL_TEMPO = 120.0  # where no valid tempo says otherwise, as the MIDI standard has it
SLOWEST, FASTEST = 10.0, 400.0  # quarter notes a minute; tempos beyond are moved there


def positions(score: Score, ticks: np.ndarray) -> np.ndarray:
    """Return ticks as whole 24ths of a quarter note (int64)."""
    return np.floor(ticks * (GRID / max(1, score.ticks_per_quarter)) + 0.5).astype(np.int64)


def bars_of(score: Score, last: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (starts, lengths) in grid positions of the bars that begin at or before `last`, at most `limit`.

    A change of time signature begins a bar, so the bar before it may be short.
    """
    starts: list[np.ndarray] = []
    lengths: list[np.ndarray] = []
    room = limit
    for begin, end, length, final in _segments(score, last + 1):
        count = min(room, int(np.ceil((end - begin) / length)))
        starts.append(begin + length * np.arange(count))
        lengths.append(np.full(count, length) if final else np.minimum(length, end - starts[-1]))
        room -= count
        if room == 0:
            break
    return np.concatenate(starts), np.concatenate(lengths)


def _segments(score: Score, end: int) -> Iterator[tuple[int, int, float, bool]]:
    """Yield (begin, end, bar length, whether it is the last) for each stretch under one time signature."""
    begin, length = 0, COMMON_TIME * GRID
    valid = sorted(
        (max(0, s.time), s.numerator / s.denominator)
        for s in score.time_signatures
        if s.numerator > 0 and s.denominator > 0
    )
    changes = positions(score, np.array([time for time, _ in valid], dtype=np.int64))
    for change, (_, share) in zip(changes.tolist(), valid, strict=True):
        if change >= end:
            break
        if change > begin:
            yield begin, change, length, False
        begin, length = change, COMMON_TIME * GRID * share
    yield begin, end, length, True


def bar_tempos(score: Score, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return each bar's tempo in quarter notes a minute: its quarters over the minutes that they take.

    starts, lengths: quarters.
    """
    times, tempos = tempo_map(score)
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(times) * 60 / tempos[:-1])])

    def clock(at: np.ndarray) -> np.ndarray:
        held = np.maximum(np.searchsorted(times, at, side="right") - 1, 0)
        return seconds[held] + (at - times[held]) * 60 / tempos[held]

    return 60 * lengths / (clock(starts + lengths) - clock(starts))


def tempo_map(score: Score) -> tuple[np.ndarray, np.ndarray]:
    """Return (quarters, tempos) of the valid tempos, the first at 0."""
    found = {0.0: USUAL_TEMPO} | {
        max(0, tempo.time) / max(1, score.ticks_per_quarter): min(max(tempo.qpm, SLOWEST), FASTEST)
        for tempo in score.tempos
        if 0 < tempo.qpm < np.inf
    }
    times = sorted(found)
    return np.array(times), np.array([found[time] for time in times])
