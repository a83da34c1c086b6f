"""What a profile and a plan become before they meet a language model that knows of neither.

    profile vector --> Linear, GELU --> one query a row --> attend a bank of style tokens --> rows before the prompt
    a bar's numbers --> Linear, SiLU, Linear --> added to the embedding of every row in the bar

(Global style tokens: Wang et al. 2018. Learned prefixes: Li and Liang 2021.)
"""

from __future__ import annotations

import math
from typing import Any

import torch
from attrs import Attribute, field, frozen
from torch import Tensor, nn
from torch.nn import functional

QUERY, BAR_HIDDEN = 128, 128
GAIN = 16.0  # of what bars add: it begins at nothing, and is to be as large as an embedding after some dozens of steps


def _bounded(low: int, high: int) -> Any:
    def check(instance: object, attribute: Attribute[int], value: object) -> None:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{attribute.name} must be a whole number from {low} to {high}, not {str(value)[:40]}")

    return field(validator=check)


@frozen(kw_only=True)
class Shape:
    """Sizes of a conditioner.

    vector, bar: numbers of a profile, and of a bar (0 = bars are not told). width: of the model's embeddings.
    tokens: style tokens (0 = the vector is not told). rows: that the styles stand in.
    """

    vector: int = _bounded(0, 4096)
    bar: int = _bounded(0, 4096)
    width: int = _bounded(1, 16384)
    tokens: int = _bounded(0, 256)
    rows: int = _bounded(1, 64)


class Conditioner(nn.Module):
    """Makes conditions of the size that the model's own embeddings have, which `scale` says."""

    scale: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        if shape.tokens:
            self.profile = nn.Linear(shape.vector, QUERY)
            self.query = nn.Linear(QUERY, shape.rows * QUERY, bias=False)
            self.keys = nn.Parameter(torch.randn(shape.rows, QUERY, shape.tokens))
            self.bank = nn.Parameter(torch.randn(shape.rows, shape.tokens, shape.width))
            self.none = nn.Parameter(torch.randn(shape.rows, shape.width))
        if shape.bar:
            self.first = nn.Linear(shape.bar, BAR_HIDDEN)
            self.map = nn.Linear(BAR_HIDDEN, shape.width)
            nn.init.zeros_(self.map.weight)  # at first the model reads as it used to
            nn.init.zeros_(self.map.bias)
            self.unknown = nn.Parameter(torch.zeros(shape.width))
        self.register_buffer("scale", torch.ones(()))

    @property
    def rows(self) -> int:
        """Return how many rows stand before the prompt."""
        return self.shape.rows if self.shape.tokens else 0

    @torch.no_grad()
    def begin_as_none(self) -> None:
        """Let every profile begin as what was learned for none, nearly: the model was never shown one."""
        if self.shape.tokens:
            self.bank.copy_(self.none[:, None] + 0.1 * torch.randn_like(self.bank))

    def styles(self, vector: Tensor, seen: Tensor) -> Tensor | None:
        """Return rows (batch, rows, width) for vectors (batch, dimensions), the learned none where not seen."""
        if not self.shape.tokens:
            return None
        query = self.query(functional.gelu(self.profile(vector))).view(-1, self.shape.rows, 1, QUERY)
        query = functional.rms_norm(query, (QUERY,))  # else all profiles would mix nearly alike at first
        weights = ((query @ self.keys) / math.sqrt(QUERY)).softmax(-1)  # (batch, rows, 1, tokens)
        mixed = (weights @ self.bank)[:, :, 0]
        return torch.where(seen[:, None, None], mixed, self.none.to(mixed.dtype)) * self.scale

    def bars(self, conditions: Tensor) -> Tensor | None:
        """Return a table (batch, bars + 2, width) of conditions (batch, bars, numbers).

        The last two entries are for rows in a bar of which nothing is known, index `bars`, and in none, index -1.
        """
        if not self.shape.bar:
            return None
        known = self.map(functional.silu(self.first(conditions)))
        none = self.unknown.to(known.dtype).expand(len(conditions), 1, -1)
        return torch.cat([known, none, torch.zeros_like(none)], dim=1) * (GAIN * self.scale)
