"""Which profiles of a batch count as equal, and which as hard negatives."""

from __future__ import annotations

import torch
from torch import Tensor


def distances(first: Tensor, second: Tensor) -> Tensor:
    """Return root mean square differences (n, m) of vectors (n, dimensions) and (m, dimensions)."""
    # Not torch.cdist: its matrix form loses what nearly equal vectors differ by.
    return (first[:, None] - second[None]).square().mean(dim=-1).sqrt()


def negatives(distance: Tensor, own: Tensor, same_group: Tensor, same_distance: float) -> Tensor:
    """Return which candidates (n, m) a query is pushed away from.

    Not from itself (`own`, (n, m) bool), nor its group, nor a profile at most `same_distance` away: two nearly equal
    minds may have the same music, and a piece's song is its own.
    """
    return ~own & ~same_group & (distance > same_distance)


def hard(distance: Tensor, negative: Tensor, count: int) -> Tensor:
    """Return which negatives (n, m) are among the `count` nearest of their query."""
    count = min(count, distance.shape[1])
    far = distance.masked_fill(~negative, torch.inf)
    nearest = far.topk(count, dim=1, largest=False).indices
    return torch.zeros_like(negative).scatter(1, nearest, True) & negative
