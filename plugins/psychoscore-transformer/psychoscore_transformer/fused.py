"""A checkpoint's weights as the NumPy engine reads them: norms, scales and rotations folded in, one matrix a product.

Matrices are (inputs, outputs) and contiguous, so that a row times a matrix streams it once. Folded in are: every
RMSNorm's weight, into the matrix that reads the normed row; sqrt(width), so that a norm is x / |x|; 1 / sqrt(size),
into the queries; 1/2, into gates, because silu(2 h) = h + h tanh(h), which cannot overflow. Queries and keys
have the numbers that rotate together beside each other, so that a rotation is one complex product.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from attrs import frozen

from psychoscore_transformer.sizes import Sizes

Weights = Mapping[str, np.ndarray]


@frozen(kw_only=True, eq=False)
class Cross:
    """The cross-attention of a layer: q (width, width), kv (256, 2 kv_heads size), out (width, width)."""

    q: np.ndarray
    kv: np.ndarray
    out: np.ndarray


@frozen(kw_only=True, eq=False)
class Layer:
    """A block: qkv (width, (heads + 2 kv_heads) size), out (width, width), gate, value (width, hidden), down."""

    qkv: np.ndarray
    out: np.ndarray
    cross: Cross | None
    gate: np.ndarray
    value: np.ndarray
    down: np.ndarray


@frozen(kw_only=True, eq=False)
class Head:
    """What a family but the first is predicted by: table (family before it, width), gate, out, head (width, size).

    With "type-first" heads only the first one has a table.
    """

    table: np.ndarray | None
    gate: np.ndarray
    out: np.ndarray
    head: np.ndarray


@frozen(kw_only=True, eq=False)
class Fused:
    """All that a step reads: embeddings (all families' sizes, width), their offsets, layers, norm (width,), heads."""

    embeddings: np.ndarray
    offsets: np.ndarray
    layers: tuple[Layer, ...]
    norm: np.ndarray
    first: np.ndarray
    heads: tuple[Head, ...]

    @property
    def style_maps(self) -> list[np.ndarray]:
        """Return what makes each layer's keys and values from styles; none without cross-attention."""
        return [layer.cross.kv for layer in self.layers if layer.cross is not None]


def fuse(sizes: Sizes, weights: Weights) -> Fused:
    """Return a model's weights (float32, named as in layout.py), fused."""
    root = np.float32(math.sqrt(sizes.width))
    tables = [weights[f"embeddings.{family}.weight"] for family in range(len(sizes.families))]
    return Fused(
        embeddings=np.concatenate(tables),
        offsets=np.cumsum([0, *sizes.families[:-1]]),
        layers=tuple(_layer(sizes, weights, f"blocks.{layer}.", root) for layer in range(sizes.layers)),
        norm=weights["norm.weight"] * root,
        first=_turned(tables[0]),
        heads=tuple(_head(weights, family, table, root) for family, table in enumerate(tables[1:])),
    )


def turns(length: int, size: int) -> np.ndarray:
    """Return the rotations (length, size / 2) of rotary positions as complex numbers."""
    frequency = np.float32(10000.0) ** (-np.arange(0, size, 2, dtype=np.float32) / np.float32(size))
    angle = np.arange(length, dtype=np.float32)[:, None] * frequency
    return (np.cos(angle) + 1j * np.sin(angle)).astype(np.complex64)


def _layer(sizes: Sizes, weights: Weights, name: str, root: np.float32) -> Layer:
    up = weights[name + "feed.up.weight"] * (weights[name + "norm3.weight"] * root)
    return Layer(
        qkv=_qkv(sizes, weights[name + "attention.qkv.weight"] * (weights[name + "norm1.weight"] * root)),
        out=_turned(weights[name + "attention.out.weight"]),
        cross=_cross(sizes, weights, name, root) if sizes.style_tokens else None,
        gate=_turned(up[: sizes.hidden] * np.float32(0.5)),
        value=_turned(up[sizes.hidden :]),
        down=_turned(weights[name + "feed.out.weight"]),
    )


def _qkv(sizes: Sizes, matrix: np.ndarray) -> np.ndarray:
    turning, half = sizes.heads + sizes.kv_heads, sizes.head // 2
    heads = matrix.reshape(-1, sizes.head, sizes.width).copy()
    heads[: sizes.heads] *= np.float32(1 / math.sqrt(sizes.head))
    pairs = np.stack([np.arange(half), np.arange(half) + half], axis=1).ravel()
    heads[:turning] = heads[:turning, pairs]
    return _turned(heads.reshape(-1, sizes.width))


def _cross(sizes: Sizes, weights: Weights, name: str, root: np.float32) -> Cross:
    scale = weights[name + "norm2.weight"] * (root / np.float32(math.sqrt(sizes.head)))
    return Cross(
        q=_turned(weights[name + "cross.q.weight"] * scale),
        kv=_turned(weights[name + "cross.kv.weight"]),
        out=_turned(weights[name + "cross.out.weight"]),
    )


def _head(weights: Weights, family: int, tied: np.ndarray, root: np.float32) -> Head:
    part = f"chain.parts.{family}."
    return Head(
        table=weights.get(f"chain.tables.{family}.weight"),
        gate=_turned(weights[part + "up.weight"] * (weights[part + "norm1.weight"] * (root / 2))),
        out=_turned(weights[part + "out.weight"] * np.float32(1)),
        head=_turned(tied * (weights[part + "norm2.weight"] * root)),
    )


def _turned(matrix: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(matrix.T, dtype=np.float32)
