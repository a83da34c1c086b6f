"""Measures on one scale, without far outliers: what no clip of the corpus comes near must not decide a verdict."""

from __future__ import annotations

import numpy as np
from attrs import define

OUTER = (1, 99)  # percentiles of the corpus that everything beyond is moved to


@define(frozen=True, eq=False)
class Scaling:
    """Limits, means and standard deviations of the measures (measures,)."""

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> Scaling:
        """Return the scaling that gives these rows mean 0 and deviation 1."""
        low, high = np.percentile(rows, OUTER, axis=0)
        inside = rows.clip(low, high)
        return cls(low, high, inside.mean(axis=0), np.maximum(inside.std(axis=0), 1e-9))

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return rows (n, measures) on this scale."""
        return (rows.clip(self.low, self.high) - self.mean) / self.deviation
