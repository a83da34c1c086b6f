"""The optimizer of adapters: AdamW with moments of eight bits in pages on CUDA, torch's own elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from psychoscore_core.records import Training
from psychoscore_training.optim import BETAS, adamw, groups


def optimizer_of(parameters: Mapping[str, Tensor], training: Training, *, paged: bool) -> torch.optim.Optimizer:
    """Return bitsandbytes' paged AdamW of eight bits where it is wanted, and where the parameters lie on CUDA.

    On CPU it would neither page nor save what matters, so torch's AdamW in float32 takes its place there.
    """
    if not paged or not all(parameter.is_cuda for parameter in parameters.values()):
        return adamw(parameters, training)
    from bitsandbytes.optim import PagedAdamW8bit

    optimizer: torch.optim.Optimizer = PagedAdamW8bit(
        groups(parameters, training), lr=training.learning_rate, betas=BETAS
    )
    return optimizer
