"""The optimizer and its schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from psychoscore_core.records import Training

BETAS = (0.9, 0.95)


def adamw(parameters: Mapping[str, Tensor], training: Training) -> torch.optim.Optimizer:
    """Return AdamW over groups()."""
    return torch.optim.AdamW(groups(parameters, training), lr=training.learning_rate, betas=BETAS, fused=True)


def groups(parameters: Mapping[str, Tensor], training: Training) -> list[dict[str, Any]]:
    """Return groups of parameters: matrices decay, and vectors (norms, biases, scalars) are left alone."""
    decayed = [p for p in parameters.values() if p.dim() >= 2]
    plain = [p for p in parameters.values() if p.dim() < 2]
    found = [{"params": decayed, "weight_decay": training.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return [group for group in found if group["params"]]


def learning_rate(step: int, training: Training) -> float:
    """Return the rate of optimizer step `step` (from 0): linear warm-up, then a cosine down to the minimum."""
    warmup = max(1, round(training.warmup * training.steps))
    if step < warmup:
        return training.learning_rate * (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, training.steps - warmup))
    share = training.min_lr_ratio + (1 - training.min_lr_ratio) * 0.5 * (1 + math.cos(math.pi * done))
    return training.learning_rate * share
