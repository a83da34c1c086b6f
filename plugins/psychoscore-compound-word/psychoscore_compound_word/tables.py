"""Masks and meanings that depend on the layout and little else, made once and shared read-only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, cached_property

import numpy as np

from psychoscore_compound_word import chords
from psychoscore_compound_word.layout import (
    CHORD,
    DURATION,
    FINE,
    FIRST_BAR,
    FIRST_BEAT,
    FIRST_DRUM,
    FIRST_PITCH,
    NOTE,
    PAD,
    PITCH,
    PLACE,
    TYPE,
    VELOCITY,
    Layout,
)
from psychoscore_core.records import Plan
from psychoscore_core.stages.tokenize import Meaning
from psychoscore_notes.layout import QUARTERS, meter_of, nearest

QUARTER = 24  # the unit of onsets and durations
FAR = 1 << 20  # an onset after everything: of an id that is never allowed, so that going on is not the last onset
NEUTRAL = Meaning(kind="", values=np.zeros(0, np.int64))


@cache
def tables_of(layout: Layout) -> Tables:
    """Return the tables of a layout, the same object every time."""
    return Tables(layout)


class Tables:
    """Everything that a grammar looks up. Masks are (ids of a family,) bool."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._only: dict[tuple[int, int], np.ndarray] = {}
        self._types: dict[tuple[int, ...], np.ndarray] = {}
        self._places: dict[tuple[int, int, int, bool], np.ndarray] = {}
        self._above: dict[int, np.ndarray] = {}
        self._turns: dict[int, Meaning] = {}

    def only(self, family: int, token: int = 0) -> np.ndarray:
        """Return the mask of one id; 0 is what a family says that means nothing."""
        key = (family, token)
        if key not in self._only:
            self._only[key] = _mask(self._layout.sizes[family], [token])
        return self._only[key]

    def types(self, *ids: int) -> np.ndarray:
        """Return the mask of these types."""
        if ids not in self._types:
            self._types[ids] = _mask(self._layout.sizes[TYPE], ids)
        return self._types[ids]

    def places(self, meter: int, after: int, bar: int, fine: bool) -> np.ndarray:
        """Return the mask of the places after one in a bar (-1 = all), with the ways out of it.

        meter: of the bar; -1 = there is none yet. bar: which bar line may follow, as a meter; -1 = any, -2 = none.
        """
        key = (meter, after, bar, fine)
        if key not in self._places:
            count = 0 if meter < 0 else math.ceil(QUARTERS[meter] * self._layout.notes.config.positions)
            ids = list(range(FIRST_BEAT + after + 1, FIRST_BEAT + count))
            ids += [FINE] if fine else []
            ids += list(range(FIRST_BAR, FIRST_BEAT)) if bar == -1 else [FIRST_BAR + bar] if bar >= 0 else []
            self._places[key] = _mask(self._layout.sizes[PLACE], ids)
        return self._places[key]

    @cached_property
    def ways_out(self) -> np.ndarray:
        """What leads out of a bar, in family bar-beat."""
        return _mask(self._layout.sizes[PLACE], range(FINE, FIRST_BEAT))

    def free(self, family: int, unchanged: bool) -> np.ndarray:
        """Return the mask of all ids of tempo or chord; unchanged: 0, as before, as well."""
        size = self._layout.sizes[family]
        return self._range(family, 0 if unchanged or size == 1 else 1, size)

    def pitches(self, above: int) -> np.ndarray:
        """Return the mask of the pitches and drums above an id."""
        if above not in self._above:
            self._above[above] = _mask(self._layout.sizes[PITCH], range(above + 1, self._layout.sizes[PITCH]))
        return self._above[above]

    def of_notes(self, family: int) -> np.ndarray:
        """Return the mask of all lengths or velocities."""
        return self._range(family, 1, self._layout.sizes[family])

    def _range(self, family: int, first: int, stop: int) -> np.ndarray:
        key = (family, -1 - first)
        if key not in self._only:
            self._only[key] = _mask(self._layout.sizes[family], range(first, stop))
        return self._only[key]

    def turn(self, position: int) -> Meaning:
        """Return what the types mean after a note: one more here, or on to another place, which bar-beat decides."""
        if position not in self._turns:
            values = np.full(self._layout.sizes[TYPE], -1)
            values[NOTE], values[PAD] = self.onsets.values[FIRST_BEAT + position], FAR
            self._turns[position] = Meaning(kind="onset", values=_read_only(values))
        return self._turns[position]

    @cached_property
    def onsets(self) -> Meaning:
        """Family bar-beat: an onset's position in 24ths of a quarter; bar lines lead out."""
        values = np.full(self._layout.sizes[PLACE], -1)
        count, step = self._layout.notes.positions, QUARTER / self._layout.notes.config.positions
        values[FIRST_BEAT:] = np.rint(np.arange(count) * step)
        return Meaning(kind="onset", values=_read_only(values))

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """The families of notes: MIDI pitches (of drums none), lengths in 24ths of a quarter, MIDI velocities."""
        layout, sizes = self._layout, self._layout.sizes
        pitch, duration, velocity = (np.full(sizes[family], -1) for family in (PITCH, DURATION, VELOCITY))
        pitch[FIRST_PITCH:FIRST_DRUM] = np.arange(128)
        duration[1:] = np.rint(layout.notes.durations * (QUARTER / layout.notes.config.positions))
        velocity[1:] = layout.notes.velocities
        return {
            PITCH: Meaning(kind="pitch", values=_read_only(pitch)),
            DURATION: Meaning(kind="duration", values=_read_only(duration)),
            VELOCITY: Meaning(kind="velocity", values=_read_only(velocity)),
        }


class Planned:
    """What a plan says of the words: the meter, and of every bar the tempo and the chords of its halves."""

    def __init__(self, layout: Layout, plan: Plan) -> None:
        self.meter = meter_of(*plan.time_signature)
        self._tempos = nearest(layout.notes.tempos, np.array(plan.tempos, dtype=float)).tolist()
        self._chords = chords.planned(plan) if layout.sizes[CHORD] > 1 else [(-1, -1)] * len(plan.bars)

    def tempo(self, bar: int) -> int:
        """Return a bar's tempo as an index into the layout's."""
        return int(self._tempos[min(bar, len(self._tempos) - 1)])

    def chord(self, bar: int, second: bool) -> int:
        """Return the chord of a half bar, -1 where none is planned."""
        return self._chords[min(bar, len(self._chords) - 1)][second]


def _mask(size: int, ids: Iterable[int]) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[list(ids)] = True
    return _read_only(mask)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
