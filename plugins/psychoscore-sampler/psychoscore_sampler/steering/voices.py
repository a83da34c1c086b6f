"""Voices: who sings at an onset; a melody is one note at a time, and a hand has five fingers."""

from __future__ import annotations

import math

from psychoscore_sampler.steering.tilt import Share

NAMES = ("melody", "counter", "accompaniment", "drums")  # of `Sounded.voice`, in the order of their indices
MELODY, COUNTER, ACCOMPANIMENT, DRUMS = range(4)
MOST = (1, 2, 5, 4)  # notes of each voice at one onset
NEVER = -math.inf


class Voices:
    """The voices at the present onset, and how often the melody has sung."""

    def __init__(self, melody: float) -> None:
        """melody: the share of onsets at which the melody is to begin a note, 0 = whatever comes."""
        self._target = melody
        self._melody = Share(gain=1.0, most=12.0)
        self._here = [0, 0, 0, 0]

    def onset(self) -> None:
        """Begin a new onset."""
        if self._target and any(self._here):
            self._melody.missed(self._target - bool(self._here[MELODY]))
        self._here = [0, 0, 0, 0]

    def note(self, voice: str) -> None:
        """Note a note of this onset."""
        self._here[NAMES.index(voice)] += 1

    @property
    def full(self) -> bool:
        """Say whether no voice has room at this onset: voices come in their order."""
        return self._here[ACCOMPANIMENT] >= MOST[ACCOMPANIMENT] or self._here[DRUMS] >= MOST[DRUMS]

    def weights(self) -> list[float]:
        """Return the log-weight of each voice."""
        weights = [NEVER if had >= most else 0.0 for had, most in zip(self._here, MOST, strict=True)]
        if not any(self._here):
            weights[MELODY] += self._melody.weight
        return weights
