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
    (root mean square), or else any other example.
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
    order = np.argsort(groups, kind="stable")  # members of a group side by side
    begins, ends = (np.searchsorted(groups[order], groups, side) for side in ("left", "right"))
    for anchor in _shuffled(len(vectors), random):
        members = order[begins[anchor] : ends[anchor]]
        others = _others(len(vectors), anchor, random)
        distance = np.sqrt(np.square(vectors[others] - vectors[anchor]).mean(axis=1))
        positive = _positive(anchor, members, others[distance.argsort(kind="stable")], random)
        apart = (groups[others] != groups[anchor]) & (distance > same_distance) & (others != positive)
        yield from (anchor, positive, _negative(anchor, others[apart], distance[apart], others, random))


def _others(count: int, anchor: int, random: np.random.Generator) -> np.ndarray:
    """Return the examples to search, the anchor not among them; empty for a single example."""
    drawn = np.arange(count) if count <= CANDIDATES else random.choice(count, CANDIDATES, replace=False)
    return drawn[drawn != anchor]


def _positive(anchor: int, members: np.ndarray, by_distance: np.ndarray, random: np.random.Generator) -> int:
    companions = members[members != anchor]
    if len(companions):
        return int(random.choice(companions))
    return int(by_distance[0]) if len(by_distance) else anchor


def _negative(
    anchor: int, apart: np.ndarray, distance: np.ndarray, others: np.ndarray, random: np.random.Generator
) -> int:
    if len(apart):
        return int(random.choice(apart[distance.argsort(kind="stable")[:NEAREST]]))
    return int(random.choice(others)) if len(others) else anchor
