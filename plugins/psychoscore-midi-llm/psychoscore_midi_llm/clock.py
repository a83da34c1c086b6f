"""Time: steps of 8 ms, the seconds of a score under its tempos, and where bar lines fall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from symusic.core import ScoreTick

from psychoscore_core.records import Plan
from psychoscore_hearing.meter import GRID, USUAL_TEMPO, bars_of, positions
from psychoscore_midi_llm.layout import STEPS_A_SECOND

TPQ = 1000  # at 120 quarters a minute a step is 16 ticks


def nearest_steps(seconds: np.ndarray) -> np.ndarray:
    """Return the steps nearest to seconds, as int64; the later one of two as near."""
    return np.floor(seconds * STEPS_A_SECOND + 0.5).astype(np.int64)


@frozen(eq=False)
class Clock:
    """The seconds of a score's ticks. tick, second, rate (seconds a tick): at each change of tempo, the first at 0."""

    tick: np.ndarray
    second: np.ndarray
    rate: np.ndarray

    def steps(self, ticks: np.ndarray) -> np.ndarray:
        """Return the steps nearest to ticks, as int64."""
        held = np.maximum(np.searchsorted(self.tick, ticks, side="right") - 1, 0)
        seconds = self.second[held] + (ticks - self.tick[held]) * self.rate[held]
        return nearest_steps(np.minimum(seconds, 1e9))


def clock_of(score: ScoreTick) -> Clock:
    """Return the clock of a score; tempos that no music has (0 or less) are passed over."""
    table = score.tempos.numpy() if len(score.tempos) else {"time": np.zeros(0), "mspq": np.zeros(0)}
    good = table["mspq"] > 0
    order = np.argsort(table["time"][good], kind="stable")
    changes = {0: 6e7 / USUAL_TEMPO}
    for time, length in zip(table["time"][good][order].tolist(), table["mspq"][good][order].tolist(), strict=True):
        changes[max(0, time)] = length
    tick = np.array(sorted(changes), np.float64)
    rate = np.array([changes[time] for time in sorted(changes)]) / 1e6 / max(1, score.ticks_per_quarter)
    return Clock(tick, np.concatenate([[0.0], np.cumsum(np.diff(tick) * rate[:-1])]), rate)


def bar_lines(score: ScoreTick, last: int, limit: int) -> np.ndarray:
    """Return the ticks at which the bars up to tick `last` begin, at most `limit` of them (bars,)."""
    starts, _ = bars_of(score, int(positions(score, np.array(last))), limit)
    return starts * (max(1, score.ticks_per_quarter) / GRID)


@frozen(eq=False)
class Frame:
    """The bars that a stream of steps is laid into; beyond the last, bars go on as it was.

    lines: (bars + 1,) the steps of the bar lines. tempos: quarters a minute of each bar.
    """

    lines: np.ndarray
    tempos: tuple[float, ...]
    signature: tuple[int, int]

    @property
    def bar_ticks(self) -> int:
        beats, unit = self.signature
        return beats * 4 * TPQ // unit

    def line(self, bar: int) -> int:
        """Return the step at which a bar begins."""
        last = len(self.lines) - 1
        if bar <= last:
            return int(self.lines[bar])
        return int(self.lines[last] + (bar - last) * (self.lines[last] - self.lines[last - 1]))

    def ticks(self, steps: np.ndarray) -> np.ndarray:
        """Return the ticks of steps (int64): bar lines fall on bar lines, the steps between them lie evenly."""
        bar = np.clip(np.searchsorted(self.lines, steps, side="right") - 1, 0, len(self.lines) - 2)
        scale = self.bar_ticks / np.diff(self.lines)
        return np.rint(bar * self.bar_ticks + (steps - self.lines[bar]) * scale[bar]).astype(np.int64)


def frame_of(plan: Plan | None) -> Frame:
    """Return the bars of a plan, or without one, bars of 4/4 at 120 quarters a minute."""
    if plan is None:
        return _frame((USUAL_TEMPO,), (4, 4))
    return _frame(plan.tempos, plan.time_signature)


def _frame(tempos: Sequence[float], signature: tuple[int, int]) -> Frame:
    beats, unit = signature
    seconds = np.cumsum([0.0, *(beats * 4 / unit * 60 / tempo for tempo in tempos)])
    lines = nearest_steps(seconds)
    return Frame(lines, tuple(tempos), signature)
