"""The contrast of profiles with music (InfoNCE: van den Oord, Li and Vinyals 2018; in both directions)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from attrs import frozen
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_losses.plugin import InfoNceConfig
from psychoscore_losses.profile_distance import distances, hard, negatives
from psychoscore_losses.triplets import triplets

LEAST = 2  # sequences: one alone has nothing to be told apart from


@frozen(kw_only=True, eq=False)
class Contrast:
    """What is compared: n pooled sequences with the m profiles of their batch.

    similarity: cosines (n, m). own: (n, m) bool, True at a sequence's own profile. negative: (n, m) bool, True
    where the two are pushed apart. hard: (n, m) bool, True at the negatives that count more.
    pooled: (n,), where in the batch the sequences stand.
    """

    similarity: Tensor
    own: Tensor
    negative: Tensor
    hard: Tensor
    pooled: Tensor


class InfoNce(nn.Module):
    """Symmetric cross-entropy between pooled hidden states and profiles, projected into one space.

    A model that is told the profile could satisfy this loss by copying it from its condition into its hidden
    states, without any music. So only sequences that were trained without prefix, vector and bar conditions are
    pooled: `batch.conditioned` (batch,) is False there. Their profiles are compared with those of the whole batch,
    which give further negatives and cannot leak. A batch without `conditioned` is taken as unconditioned.
    Where `batch.stated` (batch,) is False, the piece has no profile: it is neither pooled nor a negative. A batch
    without `stated` is taken as having all its profiles.
    """

    def __init__(self, config: InfoNceConfig, hidden_size: int, vector_size: int) -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng(devices=[]):  # the same projections in every run, whatever was drawn before
            torch.manual_seed(0)
            self.music = nn.Linear(hidden_size, config.width)
            self.profile = nn.Linear(vector_size, config.width)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(config.temperature)))

    def forward(self, outputs: Any, batch: Any) -> Tensor:
        """Return the loss, a scalar in nats; zero (and still differentiable) with fewer than two such sequences."""
        contrast = self.contrast(outputs, batch)
        if contrast is None:
            return self._nothing(outputs)
        logits = contrast.similarity / self.temperature()
        logits = logits + math.log(self.config.hard_weight) * contrast.hard
        # To profiles: which of the batch's profiles is this music's? To music: which pooled music is this profile's?
        to_profiles = _cross_entropy(logits, contrast.own, contrast.negative)
        columns = contrast.pooled
        to_music = _cross_entropy(logits[:, columns].T, contrast.own[:, columns].T, contrast.negative[:, columns].T)
        return (to_profiles + to_music) / 2

    def contrast(self, outputs: Any, batch: Any) -> Contrast | None:
        """Return what there is to compare, or None with fewer than two sequences to pool."""
        pooled = _pooled(batch)
        if len(pooled) < LEAST:
            return None
        mask = batch.mask[pooled, :, None].to(outputs.hidden.dtype)
        music = (outputs.hidden[pooled] * mask).sum(dim=1) / mask.sum(dim=1)  # (n, width)
        # "eps" also bounds the gradient of a projection that is nearly zero
        left = functional.normalize(self.music(music).float(), dim=-1, eps=1e-4)
        right = functional.normalize(self.profile(batch.vector.to(music.dtype)).float(), dim=-1, eps=1e-4)
        return Contrast(similarity=left @ right.T, pooled=pooled, **self._relations(batch, pooled))

    def temperature(self) -> Tensor:
        """Return the learned temperature, held within its bounds."""
        low, high = self.config.temperature_minimum, self.config.temperature_maximum
        with torch.no_grad():  # on the parameter itself: outside its bounds a clamped one would get no gradient
            self.log_temperature.clamp_(math.log(low), math.log(high))
        return self.log_temperature.exp()

    def order(self, vectors: np.ndarray, groups: np.ndarray, seed: int) -> Iterator[int] | None:
        """Return an endless iterator over example indices: anchor, positive, hard negative, and so on.

        None (the trainer's own order) where the config wants no triplets or no example has a profile.
        vectors: (examples, dimensions), zeros where the profile is unknown. groups: (examples,). Raises DataError
        where there are no examples.
        """
        unknown = len(vectors) > 0 and not vectors.any()
        if not self.config.triplets or unknown:
            return None
        return triplets(vectors, groups, seed, self.config.same_distance)

    def _relations(self, batch: Any, pooled: Tensor) -> dict[str, Tensor]:
        vectors = batch.vector.float()
        distance = distances(vectors[pooled], vectors)
        own = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)[pooled]
        groups = getattr(batch, "groups", None)
        same_group = torch.zeros_like(own) if groups is None else groups[pooled][:, None] == groups[None]
        negative = negatives(distance, own, same_group, self.config.same_distance) & _stated(batch)
        return {"own": own, "negative": negative, "hard": hard(distance, negative, self.config.hard_negatives)}

    def _nothing(self, outputs: Any) -> Tensor:
        # Every parameter stays in the graph: distributed training waits for the gradient of each.
        parameters = sum(parameter.sum() for parameter in self.parameters())
        return 0.0 * (outputs.hidden.float().sum() + parameters)


def _pooled(batch: Any) -> Tensor:
    """Return the indices of the sequences that have music and a profile and were trained without a condition."""
    usable = batch.mask.any(dim=1) & _stated(batch)
    conditioned = getattr(batch, "conditioned", None)
    return (usable if conditioned is None else usable & ~conditioned).nonzero()[:, 0]


def _stated(batch: Any) -> Tensor:
    """Return which sequences (batch,) have a profile."""
    stated = getattr(batch, "stated", None)
    return torch.ones_like(batch.mask[:, 0]) if stated is None else stated


def _cross_entropy(logits: Tensor, own: Tensor, negative: Tensor) -> Tensor:
    """Return the mean of -log(own / (own + negatives)) over the rows."""
    logits = logits.masked_fill(~(own | negative), -torch.inf)
    return (logits.logsumexp(dim=1) - logits[own]).mean()
