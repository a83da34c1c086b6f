"""The grammar's rules as arrays: what each token asks of the state that it would follow.

A token, merged or not, is a run of events. Walking the run once shows whether it is sound in itself, and
what it asks of the state before it: the kind of the last event, a position before its first one, a
pitch below its first one, and so on. The tokens allowed in a state are those whose every demand holds,
and each demand reads one part of the state only, so its answers are arrays made once and shared:

    mask = follows[kind] & opening[events so far] & planned[signature, tempo] & room[bars]
           & after[position] & below[bar length] & above[pitch] & played[instrument]
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from psychoscore_remi.demands import FOLLOWS, OPENING, START, Relation, demand_of, goes_on
from psychoscore_remi.events import DRUMS, Events, Kind
from psychoscore_remi.grid import Grid


class State(NamedTuple):
    """What the grammar remembers of a stream; -1 where nothing is known yet.

    kind: of the last event. opened: events taken, up to the length of the opening. position: the last one in
    the bar. signature: of the bar. pitch: the last one at this position. rank: the instrument in force.
    """

    kind: int = START
    opened: int = 0
    position: int = -1
    signature: int = 0
    pitch: int = -1
    rank: int = -1


class Rules:
    """The arrays of one vocabulary; made once, shared by every grammar, read-only."""

    def __init__(self, events: Events, grid: Grid) -> None:
        self._events = events
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
        self.begins_with = lru_cache(maxsize=32)(self._begins_with)
        self._part = lru_cache(maxsize=2048)(self._make_part)

    def _mask(self, state: State, left: int, planned: tuple[int, int] | None) -> np.ndarray:
        """Return the tokens (ids,) allowed after the state; `left` is bars still to begin, -1 for any number."""
        mask = self._part("follows", state.kind) & self._part("room", left)
        mask &= self._part("after", state.position)
        mask &= self._part("below", state.signature)
        mask &= self._part("above", state.pitch)
        mask &= self._part("played", (state.rank, state.kind == Kind.DURATION))
        if state.opened < len(OPENING):
            mask &= self._part("opening", state.opened)
        if planned:
            # a planned tempo is named once, in the opening
            mask &= self._part("planned", planned if state.opened < len(OPENING) else (planned[0], -1))
        return _read_only(mask)

    def _begins_with(self, kinds: tuple[Kind, ...]) -> np.ndarray:
        """Return the tokens (ids,) whose first event is of one of these kinds."""
        return _read_only(np.isin(self._first_kind, [int(kind) for kind in kinds]))

    def _make_part(self, name: str, key: Any) -> np.ndarray:
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
        if name == "opening":
            return np.array([goes_on(run, key) for run in self.runs])
        return self._played(*key) if name == "played" else self._planned(*key)

    def _planned(self, signature: int, tempo: int) -> np.ndarray:
        """Return the tokens that name no other signature and no other tempo; tempo -1: none at all."""
        kind, value = self._events.kind[self._events.flat], self._events.value[self._events.flat]
        other = ((kind == Kind.SIGNATURE) & (value != signature)) | ((kind == Kind.TEMPO) & (value != tempo))
        return ~np.logical_or.reduceat(other, self._events.starts[:-1])

    def _played(self, rank: int, sounded: bool) -> np.ndarray:
        """Return the tokens that fit after instrument `rank` (-1: none yet); `sounded`: it played at this position."""
        fits = (self._tuned == -1) | ((self._tuned == 1) & (rank > DRUMS)) | ((self._tuned == 0) & (rank == DRUMS))
        higher = (self._relation == Relation.HIGHER) | ((self._relation == Relation.BY_STATE) & sounded)
        related = np.where(higher, self._program > rank, self._program != rank)
        return fits & (related | (self._relation == Relation.ANY))


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
