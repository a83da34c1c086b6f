"""What tokens mean as music, for a sampler that steers by a plan; made once, shared read-only."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_remi.demands import OPENING
from psychoscore_remi.events import DRUMS, Events, Kind
from psychoscore_remi.grid import Grid
from psychoscore_remi.rules import State

QUARTER = 24  # the unit of onsets and durations
NEUTRAL = Meaning(kind="", values=np.zeros(0, np.int64))


class Meanings:
    """The meanings that follow each state. With merged tokens there are none: an id would mean several things."""

    def __init__(self, events: Events, grid: Grid) -> None:
        self._grid = grid
        self._plain = len(events.flat) == events.size
        self._kind, self._value = events.kind, events.value
        self._onsets: dict[tuple[int, int, bool], Meaning] = {}
        self._lengths: dict[int, Meaning] = {}

    def after(self, state: State) -> Meaning:
        """Return what the next token decides and what the ids mean for it; the same object for equal choices.

        After a signature, an onset. After a note, an onset too: a later position, or this one for one more note,
        whose pitch is weighed along with it. In the opening nothing is decided.
        """
        kind, tuned = state.kind, state.rank > DRUMS
        if not self._plain or state.opened < len(OPENING):
            return NEUTRAL
        if kind in (Kind.DURATION, Kind.TEMPO):
            return self._onset(state.signature, state.position, tuned)
        if kind in (Kind.POSITION, Kind.CHORD, Kind.PROGRAM):
            return self._pitches if tuned else NEUTRAL
        if kind in (Kind.PITCH, Kind.DRUM):
            return self._velocities
        if kind == Kind.VELOCITY:
            return self._length(state.signature)
        return self._onset(state.signature, -1, False) if kind == Kind.SIGNATURE else NEUTRAL

    def sounded(self, state: State, velocity: int, duration: int) -> Sounded | None:
        """Return the note that `duration` (an index into the grid's) completes; None with merged tokens."""
        if not self._plain:
            return None
        step = self._grid.step[state.signature] / self._grid.tpq
        return Sounded(
            position=float(state.position * step),
            voice="drums" if state.rank == DRUMS else "accompaniment",
            pitch=state.pitch,
            duration=float(self._grid.durations[duration] * step),
            velocity=velocity,
        )

    def _onset(self, signature: int, here: int, tuned: bool) -> Meaning:
        """Return where the next note begins, -1 to leave the bar; `here` is the present position, -1 for none."""
        key = (int(self._grid.step[signature]), here, tuned)
        if key not in self._onsets:
            values = self._values(Kind.POSITION)
            if here >= 0:
                values[np.isin(self._kind, (Kind.CHORD, Kind.PROGRAM, Kind.PITCH, Kind.DRUM))] = here
            values = self._in_quarters(values, signature)
            made = Meaning("onset", values, self._pitches if tuned else None)
            self._onsets[key] = made
        return self._onsets[key]

    def _length(self, signature: int) -> Meaning:
        step = int(self._grid.step[signature])
        if step not in self._lengths:
            values = self._values(Kind.DURATION)
            values[values >= 0] = self._grid.durations[values[values >= 0]]
            self._lengths[step] = Meaning("duration", self._in_quarters(values, signature))
        return self._lengths[step]

    @cached_property
    def _pitches(self) -> Meaning:
        return Meaning("pitch", _read_only(self._values(Kind.PITCH)))

    @cached_property
    def _velocities(self) -> Meaning:
        return Meaning("velocity", _read_only(self._values(Kind.VELOCITY)))

    def _values(self, kind: Kind) -> np.ndarray:
        """Return the values (ids,) of the ids of a kind, -1 elsewhere."""
        return np.where(self._kind == kind, self._value, -1).astype(np.int64)

    def _in_quarters(self, positions: np.ndarray, signature: int) -> np.ndarray:
        """Return positions (ids,) in 24ths of a quarter; -1 stays."""
        ticks = positions * (QUARTER * self._grid.step[signature])
        return _read_only(np.where(positions < 0, -1, np.rint(ticks / self._grid.tpq)).astype(np.int64))


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
