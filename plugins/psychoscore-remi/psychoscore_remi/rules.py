"""The grammar's rules as arrays: what each token asks of the state that it would follow.

A token, merged or not, is a run of events. Walking the run once shows whether it is sound in itself, and
what it asks of the state before it: the kind of the last event, a position before its first one, a
pitch below its first one, and so on. The tokens allowed in a state are those whose every demand holds,
and each demand reads one part of the state only, so its answers are arrays made once and shared:

    mask = follows[kind] & after[position] & below[bar length] & above[pitch] & played[instrument] & room[bars]
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from psychoscore_remi.demands import FOLLOWS, Relation, demand_of
from psychoscore_remi.events import DRUMS, Events, Kind
from psychoscore_remi.grid import Grid


class Rules:
    """The arrays of one vocabulary; made once, shared by every grammar, read-only."""

    def __init__(self, events: Events, grid: Grid) -> None:
        self.runs = [events.run(token) for token in range(events.size)]
        self.slots = grid.slots.tolist()
        self.plain = len(events.flat) == events.size  # no merged tokens
        demands = [demand_of(run, self.slots) for run in self.runs]
        self._sound = np.array([demand.sound for demand in demands])
        self._first_kind = events.kind[events.flat[events.starts[:-1]]]
        self._ends = self._first_kind == Kind.END
        self._bars = events.bars
        self.most_bars = max(int(self._bars.max()), 1)  # more bars left than this make no difference
        self.only_end = _read_only(self._ends.copy())
        self._first_position = np.array([demand.first_position for demand in demands])
        self._top_position = np.array([demand.top_position for demand in demands])
        self._first_pitch = np.array([demand.first_pitch for demand in demands])
        self._tuned = np.array([demand.tuned for demand in demands])
        self._program = np.array([demand.program for demand in demands])
        self._relation = np.array([demand.relation for demand in demands])
        self.mask = lru_cache(maxsize=4096 if self.plain else 256)(self._mask)
        self._part = lru_cache(maxsize=2048)(self._make_part)

    def _mask(self, kind: int, position: int, signature: int, pitch: int, rank: int, left: int) -> np.ndarray:
        """Return the tokens (ids,) allowed after the state; `left` is bars still to begin, -1 for any number."""
        mask = self._part("follows", kind) & self._part("room", left)
        mask &= self._part("after", position)
        mask &= self._part("below", signature)
        mask &= self._part("above", pitch)
        mask &= self._part("played", rank * 2 + (kind == Kind.DURATION))
        return _read_only(mask)

    def _make_part(self, name: str, key: int) -> np.ndarray:
        if name == "follows":
            return np.isin(self._first_kind, [int(kind) for kind in FOLLOWS[Kind(key)]]) & self._sound
        if name == "after":
            return self._first_position > key
        if name == "below":
            return self._top_position < self.slots[key]
        if name == "above":
            return self._first_pitch > key
        if name == "room":
            return (self._bars <= key) & (~self._ends | (key == 0)) if key >= 0 else np.ones_like(self._sound)
        return self._played(*divmod(key, 2))

    def _played(self, rank: int, sounded: int) -> np.ndarray:
        """Return the tokens that fit after instrument `rank` (-1: none yet); `sounded`: it played at this position."""
        fits = (self._tuned == -1) | ((self._tuned == 1) & (rank > DRUMS)) | ((self._tuned == 0) & (rank == DRUMS))
        higher = (self._relation == Relation.HIGHER) | ((self._relation == Relation.BY_STATE) & bool(sounded))
        related = np.where(higher, self._program > rank, self._program != rank)
        return fits & (related | (self._relation == Relation.ANY))


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
