"""The order of examples in which a contrast finds positives and hard negatives beside each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychoscore_core.errors import DataError

CANDIDATES = 1024  # examples searched for neighbours; all of them in a smaller set, drawn anew in a larger one
NEAREST = 4  # a hard negative is drawn from so many, so that an anchor does not always meet the same


def triplets(vectors: np.ndarray, groups: np.ndarray, seed: int, same_distance: float) -> Iterator[int]:
    """Return an endless iterator over indices in threes: anchor, positive, hard negative.

    Every example is an anchor once a round. Its positive is another of its group, or else the nearest profile.
    Its hard negative is one of the 4 nearest profiles of other groups that are farther than `same_distance`
    (root mean square), or else any other example. A vector of zeros is no profile but an unknown one: it is near
    to none and far from none, and a companion with a profile comes before one without.
    """
    if not len(vectors):
        raise DataError("info-nce: there are no examples to put in order")
    return _triplets(np.asarray(vectors, np.float32), np.asarray(groups), np.random.default_rng(seed), same_distance)


def _shuffled(count: int, random: np.random.Generator) -> Iterator[int]:
    while True:
        yield from random.permutation(count).tolist()


def _triplets(
    vectors: np.ndarray, groups: np.ndarray, random: np.random.Generator, same_distance: float
) -> Iterator[int]:
    known = vectors.any(axis=1)
    order = np.argsort(groups, kind="stable")  # members of a group side by side
    begins, ends = (np.searchsorted(groups[order], groups, side) for side in ("left", "right"))
    for anchor in _shuffled(len(vectors), random):
        companions = order[begins[anchor] : ends[anchor]]
        companions = _rather(companions[companions != anchor], known)
        others = _others(len(vectors), anchor, random)
        comparable = others[known[others] & known[anchor]]
        distance = np.sqrt(np.square(vectors[comparable] - vectors[anchor]).mean(axis=1))
        nearest = comparable[distance.argsort(kind="stable")]
        positive = _positive(anchor, companions, nearest, others, random)
        apart = (groups[comparable] != groups[anchor]) & (distance > same_distance) & (comparable != positive)
        yield from (anchor, positive, _negative(anchor, comparable[apart], distance[apart], others, random))


def _rather(examples: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return those of the examples that have a profile, or all of them where none has."""
    return examples[known[examples]] if known[examples].any() else examples


def _others(count: int, anchor: int, random: np.random.Generator) -> np.ndarray:
    """Return the examples to search, the anchor not among them; empty for a single example."""
    drawn = np.arange(count) if count <= CANDIDATES else random.choice(count, CANDIDATES, replace=False)
    return drawn[drawn != anchor]


def _positive(
    anchor: int, companions: np.ndarray, nearest: np.ndarray, others: np.ndarray, random: np.random.Generator
) -> int:
    if len(companions):
        return int(random.choice(companions))
    if len(nearest):
        return int(nearest[0])
    return int(random.choice(others)) if len(others) else anchor


def _negative(
    anchor: int, apart: np.ndarray, distance: np.ndarray, others: np.ndarray, random: np.random.Generator
) -> int:
    if len(apart):
        return int(random.choice(apart[distance.argsort(kind="stable")[:NEAREST]]))
    return int(random.choice(others)) if len(others) else anchor
