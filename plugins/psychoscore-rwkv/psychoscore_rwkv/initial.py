"""Where a fresh RWKV-4 begins: memories of all lengths, blocks that add nothing yet (Peng et al. 2023, appendix E).

transformers' own initialisation sets every `time_first` to 1, draws all matrices at random and divides by zero for a
single layer.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from transformers import initialization as init  # leaves alone what a checkpoint has filled
from transformers.models.rwkv.modeling_rwkv import RwkvFeedForward, RwkvSelfAttention

EMBEDDING = 1e-4  # largest number of a fresh embedding: the norm behind it makes such small ones learn fast
HEAD = 0.5  # gain of the output matrix


@torch.no_grad()
def initialise(module: nn.Module, layers: int) -> None:
    """Set the numbers that belong to this module itself, not those of its parts; layers: of the whole model."""
    if isinstance(module, RwkvSelfAttention):
        _time_mixing(module, module.layer_id / max(layers - 1, 1), 1 - module.layer_id / layers)
        _matrices(random=(module.value,), zero=(module.key, module.receptance, module.output))
    elif isinstance(module, RwkvFeedForward):
        mix = _ramp(module.time_mix_key) ** (1 - module.layer_id / layers)
        init.copy_(module.time_mix_key, mix)
        init.copy_(module.time_mix_receptance, mix)
        _matrices(random=(module.key,), zero=(module.receptance, module.value))
    elif isinstance(module, nn.Embedding):
        init.uniform_(module.weight, -EMBEDDING, EMBEDDING)
    elif isinstance(module, nn.LayerNorm):
        init.ones_(module.weight)
        init.zeros_(module.bias)


def orthogonal(weight: Tensor, scale: float = 1.0) -> None:
    """Fill a matrix (outputs, inputs) with orthogonal rows or columns that keep the size of what goes through."""
    outputs, inputs = weight.shape
    init.orthogonal_(weight, gain=scale * math.sqrt(max(1.0, outputs / inputs)))


def _time_mixing(module: RwkvSelfAttention, depth: float, height: float) -> None:
    """depth: 0 in the first layer, 1 in the last. height: 1 in the first layer, nearly 0 in the last."""
    place = torch.linspace(0, 1, module.time_decay.numel(), dtype=torch.float64)
    init.copy_(module.time_decay, -5 + 8 * place ** (0.7 + 1.3 * depth))
    zigzag = (torch.arange(1, place.numel() + 1) % 3 - 1) * 0.5
    init.copy_(module.time_first, math.log(0.3) + zigzag)
    ramp = _ramp(module.time_mix_key)
    init.copy_(module.time_mix_key, ramp**height)
    init.copy_(module.time_mix_value, ramp**height + 0.3 * depth)
    init.copy_(module.time_mix_receptance, ramp ** (0.5 * height))


def _ramp(mix: Tensor) -> Tensor:
    return torch.arange(mix.numel(), dtype=torch.float64).div(mix.numel()).view_as(mix)


def _matrices(random: tuple[nn.Linear, ...], zero: tuple[nn.Linear, ...]) -> None:
    for linear in random:
        orthogonal(linear.weight)
    for linear in zero:
        init.zeros_(linear.weight)
