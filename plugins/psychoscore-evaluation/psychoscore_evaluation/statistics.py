"""Rank correlation, regression and intervals, in NumPy alone; units (profiles, songs) are resampled, never takes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psychoscore_evaluation.estimate import Estimate

RESAMPLES = 1000
LEVEL = 0.95
Z = 1.959964  # two-sided 95% of the normal distribution
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)  # Student's, 1 to 10 degrees of freedom
_FLAT = 1e-9  # standard deviation, relative to the size of the values, that counts as none


def ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks from 1 of values (n,); equal ones share the mean of their ranks."""
    return weighted_ranks(values, np.ones((1, len(values))))[0]


def weighted_ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return, for each row of weights (resamples, n), the mid-ranks of values (n,) that occur so many times."""
    _, code = np.unique(values, return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    mass = np.add.reduceat(weights[:, order], starts, axis=1)
    return (np.cumsum(mass, axis=1) - mass / 2 + 0.5)[:, code]


def correlation(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return Pearson's correlation along the last axis, weighted; NaN where either does not vary."""
    weights = np.ones(np.shape(x)) if weights is None else weights
    x, y = _centred(x, weights), _centred(y, weights)
    spread = np.sqrt((weights * x * x).sum(-1) * (weights * y * y).sum(-1))
    return np.where(spread > 0, (weights * x * y).sum(-1) / np.where(spread > 0, spread, 1), np.nan)


def _centred(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    total = weights.sum(-1, keepdims=True)
    centred = values - (weights * values).sum(-1, keepdims=True) / total
    size = np.abs(values).max(axis=-1, initial=0.0, keepdims=True)
    return np.where(np.abs(centred).max(axis=-1, initial=0.0, keepdims=True) > _FLAT * size, centred, 0.0)


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation of x and y (n,), ties given their mean rank; NaN where either is constant."""
    return float(correlation(ranks(x), ranks(y)))


def slope(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the slope of the regression of y on x along the last axis, weighted; NaN where x does not vary."""
    weights = np.ones(np.shape(x)) if weights is None else weights
    x, y = _centred(x, weights), _centred(y, weights)
    spread = (weights * x * x).sum(-1)
    return np.where(spread > 0, (weights * x * y).sum(-1) / np.where(spread > 0, spread, 1), np.nan)


def resampled(units: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> np.ndarray:
    """Return how often each unit is drawn in each bootstrap resample, (resamples, units)."""
    return rng.multinomial(units, np.full(units, 1 / units), size=resamples).astype(float)


def interval(values: np.ndarray) -> tuple[float, float]:
    """Return the middle 95% of bootstrap values (Efron's percentile interval); NaN where fewer than half are known."""
    known = values[np.isfinite(values)]
    if not len(known) or len(known) < len(values) / 2:
        return np.nan, np.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def estimated(statistic: Callable[[np.ndarray], np.ndarray], units: int, rng: np.random.Generator) -> Estimate:
    """Return the estimate of a statistic of unit weights ((resamples, units) -> (resamples,)) and its bootstrap."""
    value = float(statistic(np.ones((1, units)))[0])
    low, high = interval(statistic(resampled(units, rng))) if units > 1 else (np.nan, np.nan)
    return Estimate.of(value, low, high, n=units)


def mean_of(values: np.ndarray, unit: np.ndarray, rng: np.random.Generator) -> Estimate:
    """Return the mean of values (n,), NaN left out, its interval over the units (n,) that they come from."""
    known = np.isfinite(values)
    values, unit = values[known], unit[known]
    if not len(values):
        return Estimate.of(np.nan)
    _, unit = np.unique(unit, return_inverse=True)
    sums, counts = np.bincount(unit, weights=values), np.bincount(unit)
    return estimated(lambda w: (w @ sums) / (w @ counts), len(sums), rng)


def wilson(successes: int, trials: int) -> Estimate:
    """Return a share with Wilson's score interval (Wilson 1927)."""
    if not trials:
        return Estimate.of(np.nan)
    share, square = successes / trials, Z * Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z / (1 + square / trials) * np.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return Estimate.of(share, max(0.0, middle - half), min(1.0, middle + half), n=trials)


def mean_by_t(values: np.ndarray) -> Estimate:
    """Return the mean of a few independent values with Student's interval."""
    n = len(values)
    if n < 2:
        return Estimate.of(float(values.mean()) if n else np.nan, n=n)
    half = student(n - 1) * float(values.std(ddof=1)) / np.sqrt(n)
    return Estimate.of(float(values.mean()), float(values.mean()) - half, float(values.mean()) + half, n=n)


def student(freedom: int) -> float:
    """Return Student's two-sided 95% quantile: a table up to 10, above it Cornish and Fisher's expansion."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    cube, fifth = Z**3, Z**5
    return Z + (cube + Z) / (4 * freedom) + (5 * fifth + 16 * cube + 3 * Z) / (96 * freedom**2)
