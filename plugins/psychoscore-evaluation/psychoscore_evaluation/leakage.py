"""Leakage: what moves although nobody asked it to, by a regression of every attribute on all requests at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.statistics import ranks, student

GROUPS = 20  # of the jackknife
SHUFFLES = 40
RIDGE = 1e-6  # keeps requests that are copies of each other from blowing up


@frozen(kw_only=True, eq=False)
class Leakage:
    """The partial effects. effects: standardised regression coefficients of ranks (measured attributes, requests).

    requests: names of the attributes that were asked for, in the order of the columns. mean: of each request the mean
    absolute effect on the other attributes, with its interval over profiles. largest: of each request the other
    attribute that it moves most. floor: the mean absolute effect where requests are shuffled over profiles: what
    chance alone gives. shared: of each request the share of its variance that the other requests explain; near 1 its
    effects cannot be told from theirs.
    """

    requests: tuple[str, ...]
    effects: np.ndarray
    mean: tuple[Estimate, ...]
    floor: float
    shared: tuple[float, ...]

    def of(self, name: str) -> dict[str, Any]:
        """Return one request's leakage, {} where it was not asked for."""
        if name not in self.requests:
            return {}
        column = self.requests.index(name)
        effects = dict(zip(ATTRIBUTES, self.effects[:, column].tolist(), strict=True))
        own = effects.pop(name)
        most = max(effects, key=lambda other: abs(effects[other]))
        found: dict[str, Any] = {"own": round(own, 4), "mean": self.mean[column].json()}
        return found | {"max": round(abs(effects[most]), 4), "onto": most, "shared": round(self.shared[column], 4)}

    def json(self) -> dict[str, Any]:
        rows = {name: [round(v, 4) for v in row] for name, row in zip(ATTRIBUTES, self.effects.tolist(), strict=True)}
        return {"requests": list(self.requests), "effects": rows, "floor": round(self.floor, 4)}


def leakage(asked: np.ndarray, heard: np.ndarray, varied: Sequence[int], rng: np.random.Generator) -> Leakage:
    """Return the leakage of requests and measurements (profiles, seeds, attributes); varied: what was asked for."""
    profiles = len(asked)
    names = list(ATTRIBUTES)
    x, y = _standard(asked[:, :, list(varied)]), _standard(heard)
    effects = _effects(x, y, np.ones(profiles))
    means = _means(effects, varied)
    half = _half_width(x, y, varied)
    shuffles = (x[rng.permutation(profiles)] for _ in range(SHUFFLES))
    floor = np.mean([_means(_effects(other, y, np.ones(profiles)), varied) for other in shuffles]) if varied else 0.0
    return Leakage(
        requests=tuple(names[i] for i in varied),
        effects=effects,
        mean=tuple(Estimate.of(m, max(0.0, m - h), m + h, n=profiles) for m, h in zip(means, half, strict=True)),
        floor=float(floor),
        shared=_shared(x),
    )


def _half_width(x: np.ndarray, y: np.ndarray, varied: Sequence[int]) -> np.ndarray:
    """Return half the 95% interval of the means, by a jackknife that leaves groups of profiles out in turn.

    A bootstrap would not do: the mean of absolute values grows with the noise that resampling adds.
    """
    groups = min(GROUPS, len(x))
    if groups < 2:
        return np.full(len(varied), np.nan)
    group = np.arange(len(x)) % groups
    left = np.stack([_means(_effects(x, y, (group != g).astype(float)), varied) for g in range(groups)])
    variance = (groups - 1) / groups * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return student(groups - 1) * np.sqrt(variance)


def _standard(table: np.ndarray) -> np.ndarray:
    """Return ranks over all takes, centred, of standard deviation 1; what does not vary is 0."""
    profiles, seeds, columns = table.shape
    ranked = np.stack([ranks(column) for column in table.reshape(-1, columns).T], axis=-1) if columns else table
    ranked = ranked.reshape(profiles, seeds, columns)
    ranked = ranked - ranked.mean(axis=(0, 1))
    spread = ranked.std(axis=(0, 1))
    return np.where(spread > 0, ranked / np.where(spread > 0, spread, 1), 0.0)


def _effects(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the coefficients (measured, requests) of the least-squares fit, each profile weighted."""
    weighted = x * weights[:, None, None]
    inner = np.einsum("psi,psj->ij", weighted, x)
    outer = np.einsum("psi,psj->ij", weighted, y)
    size = max(1.0, float(weights.sum()) * x.shape[1])
    return np.linalg.solve(inner / size + RIDGE * np.eye(len(inner)), outer / size).T


def _means(effects: np.ndarray, varied: Sequence[int]) -> np.ndarray:
    """Return the mean absolute effect of each request on the attributes that it does not name."""
    own = np.abs(effects[list(varied), np.arange(len(varied))])
    return (np.abs(effects).sum(axis=0) - own) / (len(effects) - 1)


def _shared(x: np.ndarray) -> tuple[float, ...]:
    """Return 1 - 1 / variance inflation factor of each request."""
    flat = x.reshape(-1, x.shape[-1])
    inverse = np.linalg.inv(flat.T @ flat / len(flat) + RIDGE * np.eye(flat.shape[1]))
    return tuple(float(np.clip(1 - 1 / v, 0, 1)) for v in np.diag(inverse))
