"""Rhythm: how many onsets a bar gets, where, and how many notes sound at each."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np

from psychoscore_core.planning.targets import entropy_of_two, reach_of_rhythm
from psychoscore_sampler.steering.bars import GRID, Bar
from psychoscore_sampler.steering.tilt import Share

SIXTEENTH = GRID // 4
INTERVALS = 17  # inter-onset intervals in sixteenths that are told apart; the last one stands for all longer ones
BITS = 2.5  # entropy of a piece of irregularity 1
FORGET = 0.98
EVEN, LEAST_EVEN = 8.0, 0.12  # nats a sixteenth; the share of it that stays however ragged a bar is to be
OFF, UNEVEN = 3.0, 3.0  # what a number of onsets costs for being off by its own size, and for each bit of unevenness
CORRECTED = 1.0  # share of the evenness that each bit of entropy too many adds
STRUCK, CROWD = 2, 1.0  # notes that begin together at no price, and nats for each further one: pianists hold the rest
NO_END = 1 << 62
FULL = 20.0  # nats that a note loses where no more may sound
ENDING, MOST_ENDING, HELD = 1.0, 8.0, 3.0  # nats for each note too many, at most; nats that an end loses at most
NEVER = -math.inf


class Grid:
    """The onsets that ids may name (positions,), in 24ths of a quarter, rising; what of them is asked for often."""

    def __init__(self, onsets: np.ndarray) -> None:
        self.onsets, self.sixteenths = onsets, onsets / SIXTEENTH
        self._places: list[int] = onsets.tolist()
        self._classes: dict[int, np.ndarray] = {}

    def place(self, onset: int) -> int:
        """Return how many onsets of the grid lie before one."""
        return bisect_left(self._places, onset)

    def classes(self, since: int) -> np.ndarray:
        """Return the class (positions,) of the interval from an onset to each of the grid, from 0."""
        if since not in self._classes:
            self._classes[since] = np.clip((self.onsets - since) // SIXTEENTH, 1, INTERVALS) - 1
        return self._classes[since]


class Rhythm:
    """The onsets of one stream, counted against its plan."""

    def __init__(self, density: bool, irregularity: bool) -> None:
        self._density, self._irregularity = density, irregularity
        self._surprise = Share(gain=0.6, most=8.0)
        self._seen = np.full(INTERVALS, 0.1)  # how often each interval was played, lately
        self._known_bits: np.ndarray | None = None
        self._owed = 0.0  # onsets that the plan had and the music has not yet
        self._bar: Bar | None = None
        self._least, self._most = 0.0, BITS  # entropy that the bar's onsets can have
        self._even_price = 0.0
        self._wanted = 0
        self.onsets: list[int] = []  # of this bar
        self._before = -GRID  # the last onset of the bar before, from this bar's line

    def open(self, bar: Bar, like: int | None) -> None:
        """Begin a bar; `like` is how many onsets the bar that it takes up had."""
        if self._bar is not None:
            self._owed -= len(self.onsets)
            self._before = (self.onsets[-1] if self.onsets else self._before) - self._bar.length
        self._bar, self.onsets = bar, []
        # What one bar could not give, the next few may; a debt that grows would end in a bar unlike all others.
        quarters = bar.length / GRID
        self._least, self._most = reach_of_rhythm(round(4 * bar.onsets / quarters, 2))
        evenness = self._evenness()
        carried = max(-bar.onsets / 2, min(bar.onsets / 2, self._owed)) * (1 - evenness)
        self._owed = bar.onsets + carried
        most = bar.length // SIXTEENTH
        wanted = max(1 if bar.onsets > 0 else 0, min(most, round(self._owed)))
        if self._irregularity and wanted and evenness:
            wanted = _even_count(most, self._owed, self._wanted, evenness)
        self._wanted = like or wanted  # a bar that takes up another has its rhythm
        self._even_price = self._price()

    @property
    def latest(self) -> int:
        """Return the last onset of the bar so far, -1 where there is none."""
        return self.onsets[-1] if self.onsets else -1

    def weights(self, grid: Grid, more: float) -> tuple[np.ndarray, float]:
        """Return log-weights of the onsets of the grid (positions,), and of leaving the bar.

        more: the log-weight of another note at the present onset.
        """
        assert self._bar is not None
        here = self.onsets[-1] if self.onsets else -1
        weights = self._intervals(grid, here)
        even = self._even(grid, here)
        if even is not None:
            weights += even
        place, inside = grid.place(here), grid.place(self._bar.length)
        if here >= 0:
            weights[:place] = NEVER
            weights[place] = more
            place += 1
        if not self._density:
            return weights, 0.0
        left = self._wanted - len(self.onsets)
        if left <= 0:
            weights[place:] = NEVER
            return weights, 0.0
        reachable = max(place + 1, inside - left + 1)  # later ones leave too little room for the rest
        weights[reachable:] = NEVER
        return weights, 0.0 if place >= inside else NEVER

    def took(self, onset: int) -> bool:
        """Note where a row begins; return whether that is a new onset."""
        if self.onsets and onset <= self.onsets[-1]:
            return False
        interval = self._class(onset - (self.onsets[-1] if self.onsets else self._before))
        if self._irregularity and self._bar is not None:
            self._surprise.missed(BITS * self._bar.plan.irregularity - self._bits()[interval])
        self._seen *= FORGET
        self._seen[interval] += 1
        self._known_bits = None
        self.onsets.append(onset)
        return True

    def _intervals(self, grid: Grid, here: int) -> np.ndarray:
        # Below 0 it would call for the commonest interval: all onsets side by side, and half a bar of silence.
        if not self._irregularity or self._surprise.weight <= 0:
            return np.zeros(len(grid.onsets))
        return self._surprise.weight * self._bits()[grid.classes(here if here >= 0 else self._before)]

    def _even(self, grid: Grid, here: int) -> np.ndarray | None:
        """Return what onsets lose for being off the even division of what is left of the bar, the more the more even
        the plan wants it."""
        assert self._bar is not None
        left = self._wanted - len(self.onsets)
        if not self._irregularity or left <= 0:
            return None
        if here < 0:
            return -self._even_price / 2 * grid.sixteenths
        ideal = (self._bar.length - here) / (left + 1)
        off = np.abs(grid.onsets - (here + ideal))
        off *= -self._even_price / SIXTEENTH
        return off

    def _evenness(self) -> float:
        """Return how even the bar is to be, from 1, as even as its onsets can be, to 0, as ragged."""
        assert self._bar is not None
        asked = min(self._most, max(self._least, BITS * self._bar.plan.irregularity))
        return (self._most - asked) / (self._most - self._least) if self._most > self._least else 0.0

    def _price(self) -> float:
        """Return the nats that an onset loses for each sixteenth off the even division, by feedback."""
        assert self._bar is not None
        shares = self._seen / self._seen.sum()
        excess = float(shares @ self._bits()) - max(self._least, BITS * self._bar.plan.irregularity)
        return EVEN * min(1.0, max(LEAST_EVEN, self._evenness() + CORRECTED * excess))

    def _bits(self) -> np.ndarray:
        if self._known_bits is None:
            self._known_bits = -np.log2(self._seen / self._seen.sum())
        return self._known_bits

    @staticmethod
    def _class(interval: int) -> int:
        return min(max(interval // SIXTEENTH, 1), INTERVALS) - 1


def _even_count(positions: int, owed: float, before: int, evenness: float) -> int:
    """Return how many onsets a bar of so many positions gets: near to `owed`, the more evenly the more it matters.

    before: those of the bar before, which cost nothing to repeat. evenness: 0 to 1.
    """

    def cost(count: int) -> float:
        uneven = entropy_of_two(positions % count / count) + 0.5 * (count != before)
        return OFF * abs(count - owed) / max(owed, 1.0) + UNEVEN * evenness * uneven

    return min(range(1, positions + 1), key=cost)


class Polyphony:
    """How many notes sound at each onset, held ones included."""

    def __init__(self, on: bool, most: int) -> None:
        self._on, self._most = on, most
        self._share = Share(gain=0.3, most=2.0)
        self._length = Share(gain=0.2, most=5.0)
        self._ends: list[int] = []  # where each sounding note is let go, from the piece's beginning
        self._written: list[int] = []  # where it ends as it is written, which is what `most` counts
        self._target, self._touch = 1.0, 1.0
        self._values: np.ndarray | None = None  # the lengths that the next are of
        self._doublings = np.zeros(0)
        self._count, self._struck = 0, 0  # notes that sound at the present onset, and those of them that begin there

    def aim(self, target: float, touch: float = 1.0) -> None:
        """Set how many notes should sound at an onset, and which share of their lengths they are held."""
        self._target, self._touch = target, touch

    def onset(self, time: int) -> None:
        """Begin a new onset: what sounded before is judged, what has ended is forgotten."""
        if self._count:
            missing = self._target - self._count
            self._share.missed(missing)
            self._length.missed(missing)
        self._ends = [end for end in self._ends if end > time]
        self._written = [end for end in self._written if end > time]
        self._count = len(self._ends)
        self._struck = 0

    def note(self, start: int, length: int) -> None:
        """Note one more note, which a player holds as long as the touch wants."""
        self._ends.append(start + round(length * self._touch))
        self._written.append(start + length)
        self._count += 1
        self._struck += 1

    def more(self) -> float:
        """Return the log-weight of one more note at this onset."""
        if self._most and len(self._written) >= self._most:
            return NEVER
        if not self._on:
            return 0.0
        crowd = CROWD * max(0, self._struck - STRUCK)
        return self._share.weight - crowd + max(-8.0, min(1.5, 2.0 * (self._target - self._count)))

    def heard(self, count: int) -> None:
        """Set how many notes sound, where that is known; their ends are not."""
        self._count, self._written = count, [NO_END] * count

    def too_many(self) -> float:
        """Return the nats that a note loses where as many sound as may."""
        return FULL if self._most and len(self._written) >= self._most else 0.0

    def endings(self, lengths: np.ndarray) -> np.ndarray:
        """Return what ending each sounding note (notes,) weighs, by how long it has sounded in 24ths of a quarter.

        While more sound than should, ends gain, those of the oldest most; while fewer do, they lose.
        """
        over = self._count - self._target
        if not self._on:
            return np.zeros(len(lengths))
        if over <= 0:
            return np.full(len(lengths), max(-HELD, over))
        return np.asarray(min(ENDING * over, MOST_ENDING) + np.log2(np.maximum(lengths, 1) / GRID))

    def lengths(self, values: np.ndarray) -> np.ndarray | None:
        """Return the log-weight of lengths in 24ths (ids,), -1 where an id is none; None where all are alike.

        The last note that may sound ends before the next onset can come, so that there is room for one then.
        """
        if self._most and len(self._written) >= self._most - 1:
            shortest = values[values > 0].min()
            return np.where(values == shortest, 0.0, NEVER)
        if not self._on or self._length.weight == 0:
            return None
        if self._values is not values:
            self._values, self._doublings = values, np.log2(np.maximum(values, 1) / GRID)
        return self._length.weight * self._doublings
