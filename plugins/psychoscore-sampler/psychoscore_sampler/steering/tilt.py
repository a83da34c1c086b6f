"""Tilts: weights that bring the average of what is drawn to a target, by feedback.

A distribution with a given mean (and variance) that is nearest to the model's own is the model's times
exp(l1 z + l2 z^2), z = (value - mean) / deviation (the exponential tilting of Csiszar 1975). The multipliers are not
known beforehand; each drawn value corrects them a little (stochastic approximation, Robbins and Monro 1951).
"""

from __future__ import annotations

import numpy as np

SIZE = 128  # MIDI pitches and velocities


class Tilt:
    """Keeps the mean and the standard deviation of drawn values (0 to 127) near a target that may move."""

    def __init__(self, gain: float = 0.15, spread_gain: float = 0.05) -> None:
        self._gain, self._spread_gain = gain, spread_gain
        self._mean, self._deviation = 0.0, 1.0
        self._linear, self._square = 0.0, 0.0
        self._z = self._z2 = np.zeros(SIZE)
        self._aimed = False
        self._values: np.ndarray | None = None  # those that the next two are of
        self._own_z = self._own_z2 = self._z

    def aim(self, mean: float, deviation: float) -> None:
        """Set the target, in the values' own unit."""
        if (mean, max(1.0, deviation)) == (self._mean, self._deviation) and self._aimed:
            return
        self._mean, self._deviation, self._aimed = mean, max(1.0, deviation), True
        self._z = (np.arange(SIZE) - mean) / self._deviation
        # Far out the square would outweigh everything that the model says.
        self._z2 = np.minimum(self._z * self._z, 16.0)
        self._values = None

    def weights(self) -> np.ndarray:
        """Return the log-weight of every value (128,)."""
        return self._linear * self._z + self._square * self._z2

    def weights_of(self, values: np.ndarray) -> np.ndarray:
        """Return the log-weight of each of some values (n,); -1 counts as 127."""
        if self._values is not values:
            self._values, self._own_z, self._own_z2 = values, self._z[values], self._z2[values]
        return self._linear * self._own_z + self._square * self._own_z2

    def drawn(self, value: int) -> None:
        """Learn from one drawn value."""
        z = max(-4.0, min(4.0, (value - self._mean) / self._deviation))
        self._linear = max(-4.0, min(4.0, self._linear - self._gain * z))
        self._square = max(-4.0, min(0.5, self._square - self._spread_gain * (z * z - 1)))


class Share:
    """A log-weight for one kind of choice that brings the average of a number to a target."""

    def __init__(self, gain: float, most: float) -> None:
        self._gain, self._most = gain, most
        self.weight = 0.0

    def missed(self, by: float) -> None:
        """Learn that the number should have been larger by so much."""
        self.weight = max(-self._most, min(self._most, self.weight + self._gain * by))
