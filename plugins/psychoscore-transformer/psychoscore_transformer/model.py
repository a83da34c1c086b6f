"""A decoder-only transformer that a profile and a plan steer; the whole model is in this file.

    profile vector --> Linear 512 --> 8 queries --> attend a bank of style tokens --> 8 x 256 style
                                                                                        |
    rows --> sum of embeddings --> [ + bar condition --> self-attention --> cross-attention --> SwiGLU ] x layers
                                                                                        |
                                           logits per family <-- tied embeddings <-- RMSNorm

"8 heads x 256" is read as follows: each of 8 heads mixes the bank's tokens by its own query and gives one style of
256 numbers, so that the blocks' cross-attention has 8 things to choose from. (Global style tokens: Wang et al.
2018. RoPE: Su et al. 2021. RMSNorm: Zhang and Sennrich 2019. Grouped queries: Ainslie et al. 2023.)
"""

from __future__ import annotations

import math
from typing import Any

import torch
from attrs import frozen
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from psychoscore_transformer.cache import Cache
from psychoscore_transformer.sizes import Sizes

STYLE_QUERY, STYLE_HEADS, STYLE_WIDTH, STYLE_KEY = 512, 8, 256, 32


@frozen(kw_only=True, eq=False)
class Output:
    """logits: per family (batch, time, family size). hidden: (batch, time, width)."""

    logits: list[Tensor]
    hidden: Tensor


def rope_table(length: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cosines and sines (length, size) of rotary positions; the sines' first half is negated for rotate()."""
    frequency = 10000.0 ** (-torch.arange(0, size, 2, device=device, dtype=torch.float32) / size)
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * frequency  # (length, size / 2)
    return torch.cat([angle.cos(), angle.cos()], -1), torch.cat([-angle.sin(), angle.sin()], -1)


def rotate(x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate heads (batch, heads, time, size) by their rows' positions."""
    cos, sin = rope
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last dimension, in float32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x.float(), self.weight.shape, self.weight, 1e-6).type_as(x)


class SelfAttention(nn.Module):
    """Causal attention with rotary positions; `heads` queries share `kv_heads` keys and values."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.size = sizes.heads, sizes.kv_heads, sizes.head
        self.qkv = nn.Linear(sizes.width, (sizes.heads + 2 * sizes.kv_heads) * sizes.head, bias=False)
        self.out = nn.Linear(sizes.width, sizes.width, bias=False)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], layer: int, cache: Cache | None) -> Tensor:
        batch, time, width = x.shape
        qkv = self.qkv(x).view(batch, time, -1, self.size).transpose(1, 2)  # (batch, heads + 2 kv_heads, time, size)
        v = qkv[:, -self.kv_heads :]
        q, k = rotate(qkv[:, : -self.kv_heads], rope).type_as(v).split((self.heads, self.kv_heads), dim=1)
        if cache is not None:
            mixed = cache.attend(layer, q, k, v)
        else:
            gqa = self.heads != self.kv_heads
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=gqa)
        return self.out(mixed.transpose(1, 2).reshape(batch, time, width))


class CrossAttention(nn.Module):
    """Every row attends to the 8 styles of its sequence."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.size = sizes.heads, sizes.kv_heads, sizes.head
        self.q = nn.Linear(sizes.width, sizes.width, bias=False)
        self.kv = nn.Linear(STYLE_WIDTH, 2 * sizes.kv_heads * sizes.head, bias=False)
        self.out = nn.Linear(sizes.width, sizes.width, bias=False)

    def keys_values(self, style: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values (batch, kv_heads, 8, size) of styles (batch, 8, 256)."""
        kv = self.kv(style).view(len(style), STYLE_HEADS, 2 * self.kv_heads, self.size).transpose(1, 2)
        return kv[:, : self.kv_heads], kv[:, self.kv_heads :]

    def forward(self, x: Tensor, style: tuple[Tensor, Tensor]) -> Tensor:
        batch, time, width = x.shape
        keys, values = style
        # Heads that share keys stand beside each other, as further rows: (batch, kv_heads, group * time, size).
        q = self.q(x).view(batch, time, self.heads, self.size).transpose(1, 2)
        q = q.reshape(batch, self.kv_heads, -1, self.size)
        mixed = ((q @ keys.transpose(-1, -2)) / math.sqrt(self.size)).softmax(-1) @ values
        return self.out(mixed.view(batch, self.heads, time, self.size).transpose(1, 2).reshape(batch, time, width))


class SwiGLU(nn.Module):
    """The feed-forward part (Shazeer 2020)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.up = nn.Linear(sizes.width, 2 * sizes.hidden, bias=False)
        self.out = nn.Linear(sizes.hidden, sizes.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.up(x).chunk(2, dim=-1)
        return self.out(functional.silu(gate) * value)


class Block(nn.Module):
    """One layer."""

    def __init__(self, sizes: Sizes, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.norm1, self.attention = RMSNorm(sizes.width), SelfAttention(sizes)
        self.norm2, self.cross = RMSNorm(sizes.width), CrossAttention(sizes)
        self.norm3, self.feed = RMSNorm(sizes.width), SwiGLU(sizes)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(
        self,
        x: Tensor,  # (batch, time, width)
        bar: Tensor,  # (batch, time, width)
        style: tuple[Tensor, Tensor],
        rope: tuple[Tensor, Tensor],
        cache: Cache | None = None,
    ) -> Tensor:
        x = x + bar
        x = x + self.dropout(self.attention(self.norm1(x), rope, self.layer, cache))
        x = x + self.dropout(self.cross(self.norm2(x), style))
        return x + self.dropout(self.feed(self.norm3(x)))


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


class BarCondition(nn.Module):
    """What is added to every layer's input: a linear map of the bar's numbers, its own for every layer."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.layers, self.width = sizes.layers, sizes.width
        self.map = nn.Linear(sizes.bar, sizes.layers * sizes.width) if sizes.bar else None
        self.none = nn.Parameter(torch.zeros(sizes.layers * sizes.width))

    def forward(self, conditions: Tensor) -> Tensor:
        """Return a table (batch, bars + 2, layers, width) of conditions (batch, bars, numbers).

        The last two entries are the learned "no condition", index `bars`, and zero for rows in no bar, index -1.
        """
        batch, bars, _ = conditions.shape
        known = conditions.new_zeros(batch, bars, len(self.none)) if self.map is None else self.map(conditions)
        none = self.none.to(known.dtype).expand(batch, 1, -1)
        return torch.cat([known, none, torch.zeros_like(none)], dim=1).view(batch, bars + 2, self.layers, self.width)


class Model(nn.Module):
    """The transformer; called with a training Batch, or read() row by row with a cache."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes, self.gradient_checkpointing = sizes, False
        self.embeddings = nn.ModuleList(nn.Embedding(size, sizes.width) for size in sizes.families)
        self.style, self.bar = Style(sizes), BarCondition(sizes)
        self.blocks = nn.ModuleList(Block(sizes, layer) for layer in range(sizes.layers))
        self.norm = RMSNorm(sizes.width)
        self.dropout = nn.Dropout(sizes.dropout)
        self.reset()

    def reset(self) -> None:
        """Draw initial weights by their number of inputs; less for what each layer adds to the residual stream."""
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2 or name.startswith("style."):
                continue
            depth = math.sqrt(3 * self.sizes.layers) if name.endswith("out.weight") else 1.0
            # A bar has few numbers: by their count its condition would drown the rows' own embeddings.
            std = 0.1 if name == "bar.map.weight" else 0.5 / math.sqrt(parameter.shape[1])
            nn.init.normal_(parameter, std=std / depth)

    def forward(self, batch: Any) -> Output:
        """Return logits and hidden states of a batch (psychoscore_training.batches.Batch)."""
        table = self.bar(batch.bar_conditions)
        # A row picks its bar's entry by a product with 0 and 1: its gradient sums in a fixed order on any device.
        place = functional.one_hot(batch.bars % table.shape[1], table.shape[1]).to(table.dtype)  # (batch, time, bars)
        style = self.style(batch.vector, batch.vector_seen)
        rope = rope_table(batch.rows.shape[1], self.sizes.head, batch.rows.device)
        x = self.dropout(self.embed(batch.rows))
        for layer, block in enumerate(self.blocks):
            given = (x, place @ table[:, :, layer], block.cross.keys_values(style), rope)
            if self.gradient_checkpointing and self.training:
                x = checkpoint(block, *given, use_reentrant=False)
            else:
                x = block(*given)
        hidden = self.norm(x)
        return Output(logits=self.logits(hidden), hidden=hidden)

    def embed(self, rows: Tensor) -> Tensor:
        """Return the sum of the families' embeddings (batch, time, width) of rows (batch, time, families)."""
        return torch.stack([table(rows[..., f]) for f, table in enumerate(self.embeddings)]).sum(0)

    def logits(self, hidden: Tensor) -> list[Tensor]:
        """Return logits per family (..., family size); heads are tied to the embeddings."""
        return [functional.linear(hidden, table.weight) for table in self.embeddings]

    def read(
        self, rows: Tensor, bar: Tensor, styles: list[tuple[Tensor, Tensor]], rope: tuple[Tensor, Tensor], cache: Cache
    ) -> Tensor:
        """Read further rows (batch, time, families) into a cache; return the hidden states (batch, time, width).

        bar: (batch, time, layers, width). styles: keys and values per layer. rope: (max length, size) tables.
        """
        places = cache.place(rows.shape[1])  # (batch or 1, time)
        here = (rope[0][places][:, None], rope[1][places][:, None])  # (batch or 1, 1, time, size)
        x = self.embed(rows)
        for layer, block in enumerate(self.blocks):
            x = block(x, bar[:, :, layer], styles[layer], here, cache)
        cache.advance(rows.shape[1])
        return self.norm(x)
