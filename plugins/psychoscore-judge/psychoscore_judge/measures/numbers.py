"""Small statistics that every measure uses; all of them are finite for any input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(name: str, values: np.ndarray, percentiles: Sequence[int] = (10, 50, 90)) -> dict[str, float]:
    """Return mean, standard deviation and percentiles under names that begin with `name`; 0 for no values."""
    values = np.asarray(values, float) if len(values) else np.zeros(1)
    found = {f"{name}_mean": float(values.mean()), f"{name}_std": float(values.std())}
    marks = np.percentile(values, percentiles)
    return found | {f"{name}_p{at}": float(mark) for at, mark in zip(percentiles, marks, strict=True)}


def entropy(weights: np.ndarray) -> float:
    """Return the Shannon entropy of a distribution that need not sum to 1, in bits."""
    weights = np.asarray(weights, float)
    shares = weights[weights > 0] / max(float(weights.sum()), 1e-12)
    return abs(float(-(shares * np.log2(shares)).sum()))


def mean(values: np.ndarray, otherwise: float = 0.0) -> float:
    """Return the mean, or `otherwise` of no values."""
    return float(np.mean(values)) if len(values) else otherwise


def shares(values: np.ndarray, size: int) -> np.ndarray:
    """Return the share of each whole number below `size` (size,), zeros where there are no values."""
    return np.bincount(values, minlength=size)[:size] / max(len(values), 1)


def numbered(name: str, values: np.ndarray, indices: Sequence[int] | None = None) -> dict[str, float]:
    """Return chosen entries of an array as `name0`, `name1` and so on."""
    return {f"{name}{index}": float(values[index]) for index in (range(len(values)) if indices is None else indices)}


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Return the rows at length 1, rows of zeros as they are."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def slope(values: np.ndarray) -> float:
    """Return by how much the values rise from the middle of the series to its end, by least squares."""
    if len(values) < 3:
        return 0.0
    place = np.linspace(-1, 1, len(values))
    return float((place * (values - values.mean())).sum() / (place**2).sum())


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation, 0 where one of the two does not vary."""
    if len(first) < 3 or first.std() < 1e-9 or second.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
