"""Retrieval: among the music of all held-out pairs, how high does a profile's own piece rank?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.statistics import mean_of


@frozen(kw_only=True)
class Retrieval:
    """Mean reciprocal rank and shares of pairs whose own piece is first or among the first ten, with intervals.

    chance: the mean reciprocal rank of a random order. candidates: pieces that each profile is compared with.
    """

    mean_reciprocal_rank: Estimate
    first: Estimate
    first_ten: Estimate
    chance: float
    candidates: int

    def json(self) -> dict[str, Any]:
        estimates = ("mean_reciprocal_rank", "first", "first_ten")
        found: dict[str, Any] = {name: getattr(self, name).json() for name in estimates}
        return found | {"chance": round(self.chance, 6), "candidates": self.candidates}


def retrieval(profiles: np.ndarray, music: np.ndarray, seed: int = 0, songs: Sequence[Any] | None = None) -> Retrieval:
    """Return how well profile embeddings (pairs, size) find their own music's (pairs, size) by cosine similarity.

    Row i of one belongs to row i of the other; at least two pairs. songs: the song of each pair; intervals are
    bootstrapped over them, or over the pairs. Raises ValueError on tables that do not belong together.
    """
    if profiles.shape != music.shape or profiles.ndim != 2 or len(profiles) < 2:
        raise ValueError(
            f"retrieval: two tables (pairs, size) of at least 2 pairs, not {profiles.shape}, {music.shape}"
        )
    return retrieval_by(_unit(profiles) @ _unit(music).T, seed, songs)


def retrieval_by(similarity: np.ndarray, seed: int = 0, songs: Sequence[Any] | None = None) -> Retrieval:
    """Return how well the rows of a similarity (pairs, pairs) find their own column, the diagonal.

    Equal similarities share the mean of their ranks. songs: as in `retrieval`.
    """
    rank = true_ranks(similarity)
    rng = np.random.default_rng(seed)
    unit = np.arange(len(rank)) if songs is None else np.unique(np.asarray(songs), return_inverse=True)[1]

    def of(values: np.ndarray) -> Estimate:
        return mean_of(values, unit, rng)

    return Retrieval(
        mean_reciprocal_rank=of(1 / rank),
        first=of((rank <= 1).astype(float)),
        first_ten=of((rank <= 10).astype(float)),
        chance=float(np.mean(1 / np.arange(1, len(rank) + 1))),
        candidates=len(rank),
    )


def true_ranks(similarity: np.ndarray) -> np.ndarray:
    """Return the rank from 1 of the diagonal in each row of a similarity matrix (n, n), ties at their mean rank."""
    own = np.diag(similarity)[:, None]
    return 1 + (similarity > own).sum(axis=1) + ((similarity == own).sum(axis=1) - 1) / 2


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
