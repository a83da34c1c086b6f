"""The grammar: the state of one stream of rows, which ids may follow, and what they mean as music."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_core.records import Plan
from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_notes.layout import (
    DRUMS,
    DURATION,
    EOS,
    LOWEST_PITCH,
    PITCH,
    TIME,
    VELOCITY,
    VOICE,
    VOICES,
    Layout,
    meter_of,
    shift_of,
)
from psychoscore_notes.tables import ANY_WAY, TO_A_BAR, TO_THE_END, planned_bars, tables_of

NEUTRAL = Meaning(kind="", values=np.zeros(0, np.int64))


class NotesGrammar:
    """A stream from its first bar row on: [bar note*]* end; within a bar (position, voice, pitch) rise.

    bars: the end is allowed in the last of exactly so many bars; without them, in any. With a plan, each bar row names
    the plan's meter, tonic and tempo.
    """

    def __init__(self, layout: Layout, bars: int | None = None, plan: Plan | None = None) -> None:
        if bars is not None and bars < 1:
            raise ValueError(f"a piece has at least one bar, not {bars}")
        self.finished = False
        self._layout, self._bars = layout, bars
        self._planned = None if plan is None else planned_bars(layout, plan)
        self._begun = 0
        self._meter, self._tonic_shift = meter_of(4, 4), 0  # the tonic's distance from the nearest C
        self._last = (-1, -1, -1)  # position, voice, pitch id of the last note of the bar
        self._full = False  # no higher pitch is left for the last note's voice
        self._sounded: Sounded | None = None
        self._tables = tables_of(layout)

    @property
    def bar(self) -> int:
        """Index of the bar that the next row falls into, 0 before the first bar."""
        return max(self._begun - 1, 0)

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a read-only bool array (ids of the family,) of what may follow; after the end, only the end."""
        if family == TIME:
            return self._time()
        time = partial[0]
        if time == self._layout.bar:
            return self._bar_row(family)
        if time < self._layout.first_position:
            return self._tables.nothing[family]
        if family == VOICE:
            return self._voice(time)
        if family == PITCH:
            return self._pitch(time, partial[1])
        return self._tables.notes[family]

    def closing_mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return the allowed ids on a shortest way out of the bar."""
        mask = self.mask(family, partial)
        way = mask & self._tables.ways_out if family == TIME else mask
        return way if way.any() else mask

    def push(self, row: Sequence[int]) -> None:
        """Take one row (5 ids); raises ValueError on a row that the masks forbid, and leaves the state as it was."""
        row = [int(token) for token in row]
        self._check(row)
        layout = self._layout
        self._sounded = None
        if row[TIME] == EOS:
            self.finished = True
        elif row[TIME] == layout.bar:
            self._begun += 1
            self._meter = row[VOICE] - layout.first_meter
            self._tonic_shift = int(shift_of(row[PITCH] - layout.first_tonic))
            self._last, self._full = (-1, -1, -1), False
        else:
            position, voice = row[TIME] - layout.first_position, row[VOICE] - layout.first_voice
            self._last = (position, voice, row[PITCH])
            shift, tables = self._shift(voice), self._tables
            self._full = row[PITCH] >= tables.highest(shift)
            self._sounded = Sounded(
                position / layout.config.positions,
                VOICES[voice],
                row[PITCH] - layout.first_pitch + LOWEST_PITCH + shift,
                tables.quarters[row[DURATION] - layout.first_duration],
                tables.velocities[row[VELOCITY] - layout.first_velocity],
            )

    def sounded(self) -> Sounded | None:
        """Return the note that the last row was, or None where it was no note."""
        return self._sounded

    def meaning(self, family: int, partial: Sequence[int]) -> Meaning:
        """Return what the ids of the next family mean as music, given the row's ids before it."""
        if family == TIME:
            return self._tables.onsets if self._begun else NEUTRAL
        if partial[0] < self._layout.first_position:
            return NEUTRAL
        if family == PITCH:
            voice = partial[1] - self._layout.first_voice
            return self._tables.pitches[self._shift(voice) + 6]
        return self._tables.meanings[family]

    def _time(self) -> np.ndarray:
        if self.finished:
            return self._tables.only_end
        if not self._begun:
            return self._tables.only_bar
        ways = ANY_WAY if self._bars is None else TO_THE_END if self._begun >= self._bars else TO_A_BAR
        position, voice, _ = self._last
        after = position + (self._full and voice == DRUMS)
        return self._tables.time(self._tables.bar_positions[self._meter], after, ways)

    def _bar_row(self, family: int) -> np.ndarray:
        if self._planned is None or family == VELOCITY:
            return self._tables.bars[family]
        return self._planned[min(self._begun, len(self._planned) - 1)][family]

    def _voice(self, time: int) -> np.ndarray:
        position, voice, _ = self._last
        again = time - self._layout.first_position == position
        return self._tables.voices_from[voice + self._full if again else 0]

    def _pitch(self, time: int, voice_id: int) -> np.ndarray:
        voice = voice_id - self._layout.first_voice
        shift = self._shift(voice)
        position, last_voice, pitch = self._last
        again = time - self._layout.first_position == position and voice == last_voice
        return self._tables.playable(shift, pitch if again else -1)

    def _shift(self, voice: int) -> int:
        return 0 if voice == DRUMS else self._tonic_shift

    def _check(self, row: Sequence[int]) -> None:
        for family, (token, size) in enumerate(zip(row, self._layout.sizes, strict=True)):
            if not 0 <= token < size:
                raise ValueError(f"family {family}: {token} is not one of its {size} ids")
            if self.finished or not self.mask(family, row[:family])[token]:
                text = self._layout.vocabulary.families[family].tokens[token]
                raise ValueError(f"token {text!r} cannot follow here, in bar {self.bar}")
