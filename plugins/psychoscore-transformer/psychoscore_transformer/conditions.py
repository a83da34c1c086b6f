"""What a profile and a plan become before they meet the rows."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_transformer.layout import BAR_HIDDEN, STYLE_HEADS, STYLE_KEY, STYLE_QUERY, STYLE_WIDTH
from psychoscore_transformer.norm import RMSNorm
from psychoscore_transformer.sizes import Sizes


class Style(nn.Module):
    """A profile vector, or none, as 8 styles of 256 numbers."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.profile = nn.Linear(sizes.vector, STYLE_QUERY)
        self.query = nn.Linear(STYLE_QUERY, STYLE_HEADS * STYLE_KEY, bias=False)
        self.norm = RMSNorm(STYLE_KEY)
        self.keys = nn.Parameter(torch.randn(STYLE_HEADS, STYLE_KEY, sizes.style_tokens))
        self.bank = nn.Parameter(torch.randn(sizes.style_tokens, STYLE_WIDTH))
        self.none = nn.Parameter(torch.randn(STYLE_HEADS, STYLE_WIDTH) * 0.5)

    def forward(self, vector: Tensor, seen: Tensor) -> Tensor:
        """Return styles (batch, 8, 256) of vectors (batch, dimensions); the learned "no profile" where not seen."""
        query = self.query(functional.gelu(self.profile(vector))).view(-1, STYLE_HEADS, 1, STYLE_KEY)
        weights = ((self.norm(query) @ self.keys) / math.sqrt(STYLE_KEY)).softmax(-1)  # (batch, heads, 1, tokens)
        styles = weights[:, :, 0] @ self.bank.tanh()
        return torch.where(seen[:, None, None], styles, self.none.to(styles.dtype))


class VectorCondition(nn.Module):
    """What a profile adds to every layer's input where there are no style tokens: a linear map, or the learned none."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.map = nn.Linear(sizes.vector, sizes.layers * sizes.width)
        self.none = nn.Parameter(torch.zeros(sizes.layers * sizes.width))

    def forward(self, vector: Tensor, seen: Tensor) -> Tensor:
        """Return (batch, layers * width) of vectors (batch, dimensions)."""
        known = self.map(vector)
        return torch.where(seen[:, None], known, self.none.to(known.dtype))


class BarCondition(nn.Module):
    """What is added to every layer's input: a map of the bar's numbers, its own for every layer.

    The map is linear where there are style tokens, and has one hidden layer where there are none.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.layers, self.width = sizes.layers, sizes.width
        deep = sizes.bar > 0 and not sizes.style_tokens
        self.first = nn.Linear(sizes.bar, BAR_HIDDEN) if deep else None
        self.map = nn.Linear(BAR_HIDDEN if deep else sizes.bar, sizes.layers * sizes.width) if sizes.bar else None
        self.none = nn.Parameter(torch.zeros(sizes.layers * sizes.width))

    def forward(self, conditions: Tensor) -> Tensor:
        """Return a table (batch, bars + 2, layers, width) of conditions (batch, bars, numbers).

        The last two entries are the learned "no condition", index `bars`, and zero for rows in no bar, index -1.
        """
        batch, bars, _ = conditions.shape
        if self.first is not None:
            conditions = functional.silu(self.first(conditions))
        known = conditions.new_zeros(batch, bars, len(self.none)) if self.map is None else self.map(conditions)
        none = self.none.to(known.dtype).expand(batch, 1, -1)
        return torch.cat([known, none, torch.zeros_like(none)], dim=1).view(batch, bars + 2, self.layers, self.width)
