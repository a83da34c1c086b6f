"""The cloud of pitches that sound in half a bar, and what a further one would make of its width.

Cloud diameter is what is heard as dissonance (Herremans and Chew 2016, on the spiral array of Chew 2002).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from psychoscore_hearing.spiral import APART, LOWEST, spell

SLACK = 0.35  # by which a melody may widen the chord's cloud for nothing: as far as a neighbouring scale tone does
FREE = 2.2  # the diameter where no chord is planned, the median of pop songs


class Cloud:
    """The places on the line of fifths that sound in the present half bar, seen from the bar's tonic."""

    def __init__(self, price: float) -> None:
        self._price = price
        self._sounding: list[tuple[int, int]] = []  # end of each note, its pitch
        self._here: tuple[int, int] = (-1, -1)  # bar and half
        self._present: set[int] = set()  # places, as indices

    def at(self, bar: int, half: int, time: int, tonic: int) -> None:
        """Move on to a half bar; what still sounds belongs to it."""
        if (bar, half) == self._here:
            return
        self._here = (bar, half)
        self._sounding = [(end, pitch) for end, pitch in self._sounding if end > time]
        places = _places(tonic)
        self._present = {int(places[pitch]) for _, pitch in self._sounding}

    def note(self, end: int, pitch: int, tonic: int) -> None:
        """Note a note and where it ends."""
        self._sounding.append((end, pitch))
        self._present.add(int(_places(tonic)[pitch]))

    def weights(self, tonic: int, chord: frozenset[int] | None) -> np.ndarray | None:
        """Return what each pitch (128,) weighs for widening the cloud beyond the chord's; None for nothing."""
        if not self._present:
            return None
        present = list(self._present)
        limit = FREE if chord is None else _diameter(chord, tonic) + SLACK
        limit = max(limit, float(APART[np.ix_(present, present)].max()))
        beyond = np.maximum(APART[:, present].max(axis=1) - limit, 0.0)
        return np.asarray(-self._price * beyond[_places(tonic)])


@lru_cache(maxsize=12)
def _places(tonic: int) -> np.ndarray:
    """Return the place of every MIDI pitch (128,) on the line of fifths, as an index."""
    return np.asarray(spell(np.arange(128) % 12, tonic)) - LOWEST


@lru_cache(maxsize=1024)
def _diameter(chord: frozenset[int], tonic: int) -> float:
    places = _places(tonic)[list(chord)]
    return float(APART[np.ix_(places, places)].max())
