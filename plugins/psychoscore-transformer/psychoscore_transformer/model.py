"""A decoder-only transformer that a profile and a plan steer.

    profile vector --> Linear 512 --> 8 queries --> attend a bank of style tokens --> 8 x 256 style
                                                                                        |
    rows --> sum of embeddings --> [ + bar condition --> self-attention --> cross-attention --> SwiGLU ] x layers
                                                                                        |
                      logits per family <-- tied embeddings <-- heads <-- RMSNorm

"8 heads x 256" is read as follows: each of 8 heads mixes the bank's tokens by its own query and gives one style of
256 numbers, so that the blocks' cross-attention has 8 things to choose from. Without style tokens there is no
cross-attention: a linear map of the vector is added beside the bar's. conditions.py has what profile and bar become,
heads.py how the families of one row follow from each other. (Global style tokens: Wang et al.
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
from psychoscore_transformer.conditions import BarCondition, Style, VectorCondition
from psychoscore_transformer.embeddings import embeddings_of, reset_embedding
from psychoscore_transformer.heads import Chain
from psychoscore_transformer.layout import STYLE_HEADS, STYLE_WIDTH
from psychoscore_transformer.norm import RMSNorm
from psychoscore_transformer.sizes import Sizes

Styles = tuple[Tensor, Tensor] | None  # keys and values (batch, kv_heads, 8, size), where there are style tokens


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
        if sizes.style_tokens:
            self.norm2, self.cross = RMSNorm(sizes.width), CrossAttention(sizes)
        self.norm3, self.feed = RMSNorm(sizes.width), SwiGLU(sizes)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(
        self,
        x: Tensor,  # (batch, time, width)
        bar: Tensor,  # (batch, time, width)
        style: Styles,
        rope: tuple[Tensor, Tensor],
        cache: Cache | None = None,
    ) -> Tensor:
        x = x + bar
        x = x + self.dropout(self.attention(self.norm1(x), rope, self.layer, cache))
        if style is not None:
            x = x + self.dropout(self.cross(self.norm2(x), style))
        return x + self.dropout(self.feed(self.norm3(x)))


class Model(nn.Module):
    """The transformer; called with a training Batch, or read() row by row with a cache."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes, self.gradient_checkpointing = sizes, False
        self.embeddings = nn.ModuleList(embeddings_of(sizes))
        if sizes.style_tokens:
            self.style = Style(sizes)
        else:
            self.vector = VectorCondition(sizes)
        self.bar = BarCondition(sizes)
        self.blocks = nn.ModuleList(Block(sizes, layer) for layer in range(sizes.layers))
        self.norm = RMSNorm(sizes.width)
        if len(sizes.families) > 1:
            self.chain = Chain(sizes)
        self.dropout = nn.Dropout(sizes.dropout)
        self.reset()

    def reset(self) -> None:
        """Draw initial weights by their number of inputs; less for what each layer adds to the residual stream."""
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2 or name.startswith("style."):
                continue
            depth = math.sqrt(3 * self.sizes.layers) if name.endswith("out.weight") else 1.0
            # A bar has few numbers: by their count its condition would drown the rows' own embeddings.
            few = name in ("bar.first.weight", "vector.map.weight") or (
                name == "bar.map.weight" and self.sizes.style_tokens
            )
            std = 0.1 if few else 0.5 / math.sqrt(parameter.shape[1])
            nn.init.normal_(parameter, std=std / depth)
        if len(self.sizes.families) > 1:
            self.chain.reset()
        for embedding in self.embeddings:
            reset_embedding(embedding)

    def forward(self, batch: Any) -> Output:
        """Return logits and hidden states of a batch (psychoscore_training.batches.Batch)."""
        table, styles = self.conditions(batch.bar_conditions, batch.vector, batch.vector_seen)
        # A row picks its bar's entry by a product with 0 and 1: its gradient sums in a fixed order on any device.
        place = functional.one_hot(batch.bars % table.shape[1], table.shape[1]).to(table.dtype)  # (batch, time, bars)
        rope = rope_table(batch.rows.shape[1], self.sizes.head, batch.rows.device)
        x = self.dropout(self.embed(batch.rows))
        for layer, block in enumerate(self.blocks):
            given = (x, place @ table[:, :, layer], styles[layer], rope)
            if self.gradient_checkpointing and self.training:
                x = checkpoint(block, *given, use_reentrant=False)
            else:
                x = block(*given)
        hidden = self.norm(x)
        return Output(logits=self.logits(hidden, batch.targets), hidden=hidden)

    def conditions(self, bars: Tensor, vector: Tensor, seen: Tensor) -> tuple[Tensor, list[Styles]]:
        """Return what is added to the rows of each bar (batch, bars + 2, layers, width), and each block's styles."""
        table = self.bar(bars)
        if self.sizes.style_tokens:
            style = self.style(vector, seen)
            return table, [block.cross.keys_values(style) for block in self.blocks]
        # Every row picks one entry of the table: what is added to all entries is added to every row.
        added = self.vector(vector, seen).view(-1, 1, self.sizes.layers, self.sizes.width)
        return table + added, [None] * self.sizes.layers

    def embed(self, rows: Tensor) -> Tensor:
        """Return the sum of the families' embeddings (batch, time, width) of rows (batch, time, families)."""
        return torch.stack([table(rows[..., f]) for f, table in enumerate(self.embeddings)]).sum(0)

    def logits(self, hidden: Tensor, ids: Tensor) -> list[Tensor]:
        """Return logits per family (..., family size), each family's from the ids (..., families) of those before it.

        Negative ids count as 0. Where ids has fewer columns, the families beyond the next one are left out. Heads
        are tied to the embeddings.
        """
        states = self.chain.states(hidden, ids) if len(self.embeddings) > 1 else [hidden]
        return [functional.linear(state, self.embeddings[f].weight) for f, state in enumerate(states)]

    def read(
        self, rows: Tensor, bar: Tensor, styles: list[Styles], rope: tuple[Tensor, Tensor], cache: Cache
    ) -> Tensor:
        """Read further rows (batch, time, families) into a cache; return the hidden states (batch, time, width).

        bar: (batch, time, layers, width). styles: as conditions() gives them. rope: (max length, size) tables.
        """
        places = cache.place(rows.shape[1])  # (batch or 1, time)
        here = (rope[0][places][:, None], rope[1][places][:, None])  # (batch or 1, 1, time, size)
        x = self.embed(rows)
        for layer, block in enumerate(self.blocks):
            x = block(x, bar[:, :, layer], styles[layer], here, cache)
        cache.advance(rows.shape[1])
        return self.norm(x)
