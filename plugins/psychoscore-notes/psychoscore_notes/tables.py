"""Masks and meanings that depend on the layout and little else, made once and shared read-only."""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np

from psychoscore_core.records import KEYS, Plan
from psychoscore_core.stages.tokenize import Meaning
from psychoscore_notes.layout import (
    DURATION,
    EOS,
    LOWEST_PITCH,
    PITCH,
    PITCHES,
    QUARTERS,
    TIME,
    VELOCITY,
    VOICE,
    VOICES,
    Layout,
    meter_of,
    nearest,
)

TO_A_BAR, TO_THE_END, ANY_WAY = 1, 2, 3  # what may follow a bar's notes


@cache
def tables_of(layout: Layout) -> Tables:
    """Return the tables of a layout, the same object every time."""
    return Tables(layout)


class Tables:
    """Everything that a grammar looks up. Masks are (ids of a family,) bool."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._times: dict[tuple[int, int, int], np.ndarray] = {}
        self._playable: dict[tuple[int, int], np.ndarray] = {}
        step = layout.config.positions
        self.quarters: list[float] = (layout.durations / step).tolist()  # of each duration
        self.velocities: list[int] = layout.velocities.tolist()
        self.bar_positions: list[int] = [int(quarters * step) for quarters in QUARTERS]  # of each meter

    @cached_property
    def nothing(self) -> tuple[np.ndarray, ...]:
        """What stands beside a prefix token or the end: id 0."""
        return tuple(_mask(size, 0, 1) for size in self._layout.sizes)

    @cached_property
    def only_end(self) -> np.ndarray:
        return _mask(self._layout.sizes[TIME], EOS, EOS + 1)

    @cached_property
    def only_bar(self) -> np.ndarray:
        return _mask(self._layout.sizes[TIME], self._layout.bar, self._layout.bar + 1)

    @cached_property
    def ways_out(self) -> np.ndarray:
        return _read_only(self.only_end | self.only_bar)

    @cached_property
    def bars(self) -> tuple[np.ndarray, ...]:
        """What a bar row may say where no plan says it."""
        layout, sizes = self._layout, self._layout.sizes
        return (
            self.only_bar,
            _mask(sizes[VOICE], layout.first_meter, sizes[VOICE]),
            _mask(sizes[PITCH], layout.first_tonic, layout.first_pitch),
            _mask(sizes[DURATION], layout.first_tempo, layout.first_duration),
            _mask(sizes[VELOCITY], 0, 1),
        )

    @cached_property
    def notes(self) -> tuple[np.ndarray, ...]:
        """What a note may say in each family."""
        layout, sizes = self._layout, self._layout.sizes
        return (
            _mask(sizes[TIME], layout.first_position, sizes[TIME]),
            _mask(sizes[VOICE], layout.first_voice, layout.first_meter),
            _mask(sizes[PITCH], layout.first_pitch, sizes[PITCH]),
            _mask(sizes[DURATION], layout.first_duration, sizes[DURATION]),
            _mask(sizes[VELOCITY], layout.first_velocity, sizes[VELOCITY]),
        )

    @cached_property
    def voices_from(self) -> tuple[np.ndarray, ...]:
        """Masks of the voices from each voice on."""
        layout = self._layout
        return tuple(
            _mask(layout.sizes[VOICE], layout.first_voice + voice, layout.first_meter)
            for voice in range(len(VOICES) + 1)
        )

    def time(self, positions: int, after: int, ways: int) -> np.ndarray:
        """Return the mask of positions from `after` on in a bar of so many, with the ways out of the bar."""
        key = (positions, after, ways)
        if key not in self._times:
            first = self._layout.first_position
            mask = np.zeros(self._layout.sizes[TIME], bool)
            mask[first + max(after, 0) : first + positions] = True
            mask[self._layout.bar] = ways & TO_A_BAR
            mask[EOS] = ways & TO_THE_END
            self._times[key] = _read_only(mask)
        return self._times[key]

    def playable(self, shift: int, above: int) -> np.ndarray:
        """Return the mask of pitch ids above an id (-1 = all) that are MIDI pitches with this shift of the tonic."""
        key = (shift, above)
        if key not in self._playable:
            lowest = self._layout.first_pitch - LOWEST_PITCH - shift
            mask = np.zeros(self._layout.sizes[PITCH], bool)
            mask[max(lowest, above + 1) : lowest + 128] = True
            self._playable[key] = _read_only(mask)
        return self._playable[key]

    def highest(self, shift: int) -> int:
        """Return the last pitch id that is a MIDI pitch with this shift of the tonic."""
        return min(self._layout.first_pitch - LOWEST_PITCH - shift + 128, self._layout.sizes[PITCH]) - 1

    @cached_property
    def onsets(self) -> Meaning:
        """Family time: an onset's position in 24ths of a quarter."""
        layout = self._layout
        values = np.full(layout.sizes[TIME], -1)
        values[layout.first_position :] = np.rint(np.arange(layout.positions) * (24 / layout.config.positions))
        return Meaning(kind="onset", values=_read_only(values))

    @cached_property
    def pitches(self) -> tuple[Meaning, ...]:
        """Family pitch, for each shift of the tonic from -6 on: MIDI pitches."""
        meanings = []
        for shift in range(-6, 7):
            values = np.full(self._layout.sizes[PITCH], -1)
            pitches = np.arange(PITCHES) + LOWEST_PITCH + shift
            values[self._layout.first_pitch :] = np.where(pitches <= 127, pitches, -1)
            meanings.append(Meaning(kind="pitch", values=_read_only(values)))
        return tuple(meanings)

    @cached_property
    def meanings(self) -> dict[int, Meaning]:
        """The other families: indices of voices, lengths in 24ths of a quarter, MIDI velocities."""
        layout, sizes = self._layout, self._layout.sizes
        voice, duration, velocity = (np.full(sizes[family], -1) for family in (VOICE, DURATION, VELOCITY))
        voice[layout.first_voice : layout.first_meter] = np.arange(len(VOICES))
        duration[layout.first_duration :] = np.rint(layout.durations * (24 / layout.config.positions))
        velocity[layout.first_velocity :] = layout.velocities
        return {
            VOICE: Meaning(kind="voice", values=_read_only(voice)),
            DURATION: Meaning(kind="duration", values=_read_only(duration)),
            VELOCITY: Meaning(kind="velocity", values=_read_only(velocity)),
        }


def planned_bars(layout: Layout, plan: Plan) -> list[tuple[np.ndarray, ...]]:
    """Return the masks of each planned bar's row, one id in each family."""
    meter = layout.first_meter + meter_of(*plan.time_signature)
    tempos = nearest(layout.tempos, np.array(plan.tempos, dtype=float)) + layout.first_tempo
    rows = [
        (layout.bar, meter, layout.first_tonic + KEYS.index(key), tempo, 0)
        for (key, _), tempo in zip(plan.keys, tempos.tolist(), strict=True)
    ]
    return [tuple(_mask(size, token, token + 1) for token, size in zip(row, layout.sizes, strict=True)) for row in rows]


def _mask(size: int, start: int, stop: int) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[start:stop] = True
    return _read_only(mask)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
