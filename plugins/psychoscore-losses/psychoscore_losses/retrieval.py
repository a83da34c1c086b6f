"""How well music finds its own profile: the mean reciprocal rank."""

from __future__ import annotations

import torch
from torch import Tensor


def mean_reciprocal_rank(similarity: Tensor, own: Tensor | None = None, rival: Tensor | None = None) -> float:
    """Return the mean of 1 / rank of each query's own candidate, in (0, 1]; 0 where there is no query.

    similarity: (queries, candidates). own: the same shape, bool, one True a row; the diagonal if None.
    rival: the same shape, bool, candidates that may outrank the own one; all others if None. Of equal
    similarities half count as above, so that a similarity that knows nothing is not rewarded.
    """
    if not similarity.numel():
        return 0.0
    if own is None:
        own = torch.eye(*similarity.shape, dtype=torch.bool, device=similarity.device)
    rival = ~own if rival is None else rival & ~own
    reached = similarity[own][:, None]
    above = (rival & (similarity > reached)).sum(dim=1)
    level = (rival & (similarity == reached)).sum(dim=1)
    return float((1.0 / (1.0 + above + level / 2.0)).mean())
