"""What the grammar looks up, made once for a vocabulary and shared read-only: masks of words and their meanings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from psychoscore_core.stages.tokenize import Meaning
from psychoscore_hearing.meter import GRID
from psychoscore_midi_llm.clock import Frame
from psychoscore_midi_llm.instruments import DRUMS
from psychoscore_midi_llm.layout import FIRST_NOTE, FIRST_WAIT, LONGEST_WAIT, PITCHES, SEPARATOR, Layout


class Words:
    """The words of a vocabulary as arrays over its ids (size,)."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @cached_property
    def only_end(self) -> np.ndarray:
        mask = np.zeros(self.layout.size, bool)
        mask[SEPARATOR] = True
        return read_only(mask)

    @cached_property
    def beginnings(self) -> np.ndarray:
        """The words that begin a note."""
        mask = np.zeros(self.layout.size, bool)
        self.notes(mask)[:, 1:] = True
        return read_only(mask)

    @cached_property
    def drums(self) -> tuple[bool, ...]:
        """Whether each instrument is the percussion."""
        return tuple(DRUMS in instrument.programs for instrument in self.layout.band.instruments)

    def notes(self, over_ids: np.ndarray) -> np.ndarray:
        """Return a view (keys, velocity bins) of the note words of an array over all ids."""
        return over_ids[FIRST_NOTE : self.layout.base_size].reshape(self.layout.keys, self.layout.bins)

    def mask(self, wait: int, keys: range, may_begin: bool, sounding: list[int], end: bool) -> np.ndarray:
        """Return the mask of waits up to so many steps, of words of the keys in a range, and of the end.

        Keys that sound may be ended, the others begun.
        """
        mask = np.zeros(self.layout.size, bool)
        mask[FIRST_WAIT : FIRST_WAIT + wait] = True
        mask[SEPARATOR] = end
        notes = self.notes(mask)
        if may_begin:
            notes[keys.start : keys.stop, 1:] = True
        ends = [key for key in sounding if key in keys]
        notes[ends] = False
        notes[ends, 0] = True
        return read_only(mask)

    @cached_property
    def strikes(self) -> Meaning:
        """The MIDI velocity that each word strikes with, and its pitch; percussion has no pitch."""
        velocity, pitch = (np.full(self.layout.size, -1) for _ in range(2))
        self.notes(velocity)[:, 1:] = self.layout.velocities[1:]
        key = np.arange(self.layout.keys)
        tuned = ~np.array(self.drums)[key // PITCHES]
        self.notes(pitch)[:, 1:] = np.where(tuned, key % PITCHES, -1)[:, None]
        return Meaning("velocity", read_only(velocity), Meaning("pitch", read_only(pitch)))

    def moments(self, frame: Frame, bar: int, now: int, struck: Mapping[int, int]) -> Meaning:
        """Return where each word leads from step `now` on, in 24ths of a quarter from the bar line.

        struck: the step at which each sounding key was struck.
        """
        beats, unit = frame.signature
        length = beats * 4 * GRID // unit
        lines = [frame.line(bar), frame.line(bar + 1), frame.line(bar + 2)]
        steps = np.minimum(now + np.arange(LONGEST_WAIT + 1), lines[2] - 1)
        place = np.rint(np.interp(steps, lines, [0, length, 2 * length])).astype(np.int64)
        place = np.minimum(place, np.where(steps < lines[1], length, 2 * length) - 1)
        values = np.full(self.layout.size, -1)
        values[FIRST_WAIT:FIRST_NOTE] = place[1:]
        values[FIRST_NOTE : self.layout.base_size] = place[0]
        lengths = np.full(self.layout.size, -1)
        if struck:
            since = now - np.fromiter(struck.values(), np.int64, len(struck))
            self.notes(lengths)[list(struck), 0] = np.rint(since * (length / (lines[1] - lines[0])))
        return Meaning("moment", read_only(values), Meaning("duration", read_only(lengths), self.strikes))


def read_only(array: np.ndarray) -> np.ndarray:
    """Return the array, no longer writable."""
    array.setflags(write=False)
    return array
