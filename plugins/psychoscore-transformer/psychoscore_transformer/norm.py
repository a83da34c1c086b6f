"""The norm that every part of the model uses."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_transformer.layout import EPSILON


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last dimension, in float32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x.float(), self.weight.shape, self.weight, EPSILON).type_as(x)
