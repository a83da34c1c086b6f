"""Next-token cross-entropy."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_losses.plugin import CausalLmConfig

IGNORED = -100  # target where nothing is to be predicted


class CausalLm(nn.Module):
    """Cross-entropy per family, averaged over that family's targets and summed over the families; in nats."""

    def __init__(self, config: CausalLmConfig, hidden_size: int, vector_size: int) -> None:
        super().__init__()
        self.config = config

    def forward(self, outputs: Any, batch: Any) -> Tensor:
        """Return the loss, a scalar; zero (and still differentiable) where nothing is to be predicted."""
        targets = batch.targets.unbind(dim=-1)  # per family (batch, time)
        losses = [self._family(logits, wanted) for logits, wanted in zip(outputs.logits, targets, strict=True)]
        return torch.stack(losses).sum()

    def _family(self, logits: Tensor, targets: Tensor) -> Tensor:
        # float32: a sum over a vocabulary of 30,000 is too coarse in bfloat16
        flat, wanted = logits.flatten(0, 1).float(), targets.flatten()  # (positions, size), (positions,)
        count = (wanted != IGNORED).sum().clamp(min=1)
        smoothing = self.config.label_smoothing
        total = functional.cross_entropy(flat, wanted, ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing)
        if self.config.z_loss:
            partition = flat.logsumexp(dim=-1).square()
            total = total + self.config.z_loss * partition.where(wanted != IGNORED, 0.0).sum()
        return total / count
