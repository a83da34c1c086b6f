"""The grammar: the state of one stream of words, which ids may follow, and what they mean as music."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_compound_word.layout import (
    CHORD,
    DURATION,
    EOS,
    FINE,
    FIRST_BAR,
    FIRST_BEAT,
    FIRST_DRUM,
    FIRST_PITCH,
    METRICAL,
    NOTE,
    PITCH,
    PLACE,
    TEMPO,
    TYPE,
    VELOCITY,
    Layout,
)
from psychoscore_compound_word.tables import NEUTRAL, Planned, tables_of
from psychoscore_core.records import Plan
from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_notes.layout import QUARTERS, meter_of

NO_METER, ANY_BAR, NO_BAR = -1, -1, -2


class CompoundWordGrammar:
    """A stream from its first bar line on: [bar (beat note+)*]* fine end; beats rise in a bar, pitches at a beat.

    bars: the last bar line, FINE, comes after exactly so many bars; without them, after any. With a plan, every bar
    line has its meter, and names tempo and chord where the plan changes them; chords that it leaves open are free.
    """

    def __init__(self, layout: Layout, bars: int | None = None, plan: Plan | None = None) -> None:
        if bars is not None and bars < 1:
            raise ValueError(f"a piece has at least one bar, not {bars}")
        self.finished = False
        self._layout, self._bars = layout, bars
        self._planned = None if plan is None else Planned(layout, plan)
        self._tables = tables_of(layout)
        self._begun = 0
        self._meter = meter_of(4, 4)
        self._position, self._pitch = (
            -1,
            0,
        )  # of the place named last, -1 = none in this bar; of its last note, 0 = none
        self._tempo, self._chord = 0, 0  # ids that hold, 0 = none
        self._closed = False  # the last bar line was drawn
        self._sounded: Sounded | None = None

    @property
    def bar(self) -> int:
        """Index of the bar that the next row falls into, 0 before the first bar."""
        return max(self._begun - 1, 0)

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a read-only bool array (ids of the family,) of what may follow; after the end, only the end."""
        if family == TYPE:
            return self._types()
        if partial[TYPE] == METRICAL:
            if family == PLACE:
                return self._places()
            if family in (TEMPO, CHORD):
                return self._tempos(partial[PLACE]) if family == TEMPO else self._chords(partial[PLACE])
        if partial[TYPE] == NOTE:
            if family == PITCH:
                return self._tables.pitches(self._pitch)
            if family in (DURATION, VELOCITY):
                return self._tables.of_notes(family)
        return self._tables.only(family)

    def closing_mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return the allowed ids on a shortest way out of the bar."""
        mask = self.mask(family, partial)
        if family == TYPE:
            way = mask & self._tables.types(METRICAL, EOS)
        elif family == PLACE and partial[TYPE] == METRICAL:
            way = mask & self._tables.ways_out
        else:
            return mask
        return way if way.any() else mask

    def push(self, row: Sequence[int]) -> None:
        """Take one word (8 ids); raises ValueError on one that the masks forbid, and leaves the state as it was."""
        row = [int(token) for token in row]
        self._check(row)
        self._sounded = None
        if row[TYPE] == EOS:
            self.finished = True
        elif row[TYPE] == NOTE:
            self._take_note(row)
        else:
            self._take_place(row)

    def sounded(self) -> Sounded | None:
        """Return the note that the last word was, or None where it was no note."""
        return self._sounded

    def meaning(self, family: int, partial: Sequence[int]) -> Meaning:
        """Return what the ids of the next family mean as music, given the word's ids before it."""
        if not self._begun or self._closed:
            return NEUTRAL
        if family == TYPE:
            return self._tables.turn(self._position) if self._pitch else NEUTRAL
        if partial[TYPE] == METRICAL and family == PLACE:
            return self._tables.onsets
        return self._tables.meanings.get(family, NEUTRAL) if partial[TYPE] == NOTE else NEUTRAL

    def _types(self) -> np.ndarray:
        if self._closed:
            return self._tables.types(EOS)
        if self._position < 0:
            return self._tables.types(METRICAL)
        if not self._pitch:
            return self._tables.types(NOTE)
        full = self._pitch == self._layout.sizes[PITCH] - 1
        return self._tables.types(METRICAL) if full else self._tables.types(METRICAL, NOTE)

    def _places(self) -> np.ndarray:
        meter = ANY_BAR if self._planned is None else self._planned.meter
        if not self._begun:
            return self._tables.places(NO_METER, -1, meter, False)
        last = self._bars is not None and self._begun >= self._bars
        return self._tables.places(self._meter, self._position, NO_BAR if last else meter, last or self._bars is None)

    def _tempos(self, place: int) -> np.ndarray:
        if not FIRST_BAR <= place < FIRST_BEAT:
            return self._tables.only(TEMPO)
        if self._planned is None:
            return self._tables.free(TEMPO, unchanged=self._tempo > 0)
        wanted = 1 + self._planned.tempo(self._begun)
        return self._tables.only(TEMPO, 0 if wanted == self._tempo else wanted)

    def _chords(self, place: int) -> np.ndarray:
        if place == FINE:
            return self._tables.only(CHORD)
        wanted = -1 if self._planned is None else self._planned_chord(place)
        if wanted < 0:
            return self._tables.free(CHORD, unchanged=True)
        return self._tables.only(CHORD, 0 if 1 + wanted == self._chord else 1 + wanted)

    def _planned_chord(self, place: int) -> int:
        assert self._planned is not None
        if place < FIRST_BEAT:
            return self._planned.chord(self._begun, second=False)
        length = QUARTERS[self._meter] * self._layout.notes.config.positions
        return self._planned.chord(self.bar, second=bool(2 * (place - FIRST_BEAT) >= length))

    def _take_place(self, row: Sequence[int]) -> None:
        place = row[PLACE]
        self._tempo, self._chord = row[TEMPO] or self._tempo, row[CHORD] or self._chord
        self._closed = place == FINE
        self._position, self._pitch = max(place - FIRST_BEAT, -1), 0
        if FIRST_BAR <= place < FIRST_BEAT:
            self._begun += 1
            self._meter = place - FIRST_BAR

    def _take_note(self, row: Sequence[int]) -> None:
        own, pitch = self._layout.notes, row[PITCH]
        self._pitch, drum = pitch, pitch >= FIRST_DRUM
        self._sounded = Sounded(
            self._position / own.config.positions,
            "drums" if drum else "accompaniment",
            pitch - (FIRST_DRUM if drum else FIRST_PITCH),
            int(own.durations[row[DURATION] - 1]) / own.config.positions,
            int(own.velocities[row[VELOCITY] - 1]),
        )

    def _check(self, row: Sequence[int]) -> None:
        for family, (token, size) in enumerate(zip(row, self._layout.sizes, strict=True)):
            if not 0 <= token < size:
                raise ValueError(f"family {family}: {token} is not one of its {size} ids")
            if self.finished or not self.mask(family, row[:family])[token]:
                text = self._layout.vocabulary.families[family].tokens[token]
                raise ValueError(f"token {text!r} cannot follow here, in bar {self.bar}")
