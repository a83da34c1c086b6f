"""The instruments of the public vocabularies: their names, the MIDI programs they stand for, their velocity bins."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen

DRUMS = -1  # stands for the percussion channel among programs
_PIANO = (*range(8), *range(17, 24))


@frozen
class Instrument:
    """One instrument: the programs that are heard as it (DRUMS among them), the first of which it is played with."""

    name: str
    programs: tuple[int, ...]


@frozen
class Band:
    """The instruments of a vocabulary in the order of their ids, and its velocity bins."""

    instruments: tuple[Instrument, ...]
    velocity_bins: int
    velocity_exponent: float

    @property
    def short_names(self) -> tuple[str, ...]:
        """Return the shortest beginning of each name that no instrument before it has."""
        short: list[str] = []
        for instrument in self.instruments:
            beginnings = (instrument.name[:end] for end in range(1, len(instrument.name) + 1))
            short.append(next(text for text in beginnings if text not in short))
        return tuple(short)

    def of_program(self) -> np.ndarray:
        """Return the index of each program's instrument (129,), the percussion channel's last; -1 = none."""
        table = np.full(129, -1)
        for index, instrument in enumerate(self.instruments):
            table[list(instrument.programs)] = index
        return table


BANDS = {
    "piano": Band((Instrument("piano", _PIANO),), 16, 0.33),
    "band": Band(
        (
            Instrument("percussion", (DRUMS,)),
            Instrument("drum", (118, 47, 116, 117)),
            Instrument("tuba", (58, 57)),
            Instrument("marimba", (12, 8, 9, 10, 11, 13, 14, 15, 16, 112, 113, 114, 115)),
            Instrument("bass", (*range(32, 40), 42, 43)),
            Instrument("guitar", (25, 24, *range(26, 32), *range(104, 109))),
            Instrument("violin", (40, 41, 44, 45, 46, *range(48, 55), 85, 91, 110)),
            Instrument("trumpet", (56, *range(59, 64), 69)),
            Instrument("piano", _PIANO),
            Instrument("sax", (66, 64, 65, 67, 68, 70, 71, 109, 111)),
            Instrument("flute", (73, 72, *range(74, 80))),
            Instrument("lead", (*range(80, 85), 86, 87)),
            Instrument("pad", (*range(88, 91), *range(92, 96))),
        ),
        12,
        0.5,
    ),
}


def velocity_tables(bins: int, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (bin of each MIDI velocity (128,), velocity of each bin (bins,)).

    A velocity v lies at 128 (x^(v/128) - 1) / (x - 1) for the exponent x, and the bins above 0, which alone means
    silence, divide 0 to 128 evenly; a bin sounds as its loudest velocity. A bin that no velocity falls into sounds as
    the one below it.
    """
    velocity = np.arange(128)
    share = velocity / 128 if exponent == 1 else (exponent ** (velocity / 128) - 1) / (exponent - 1)
    of_velocity = np.array([math.ceil(place) for place in (share * (bins - 1)).tolist()])
    loudest = np.searchsorted(of_velocity, np.arange(bins), side="right") - 1
    return of_velocity, np.where(np.arange(bins) > 0, np.maximum(loudest, 1), 0)


def words_of(band: Band) -> Sequence[str]:
    """Return the note words: instrument, pitch and velocity bin, the last two in hexadecimal digits."""
    return [
        f"{name}:{pitch:x}:{bin_:x}"
        for name in band.short_names
        for pitch in range(128)
        for bin_ in range(band.velocity_bins)
    ]
