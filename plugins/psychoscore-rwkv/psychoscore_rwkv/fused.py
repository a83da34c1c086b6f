"""A model's weights as the engine's step reads them.

Everything a step computes is (features, batch), and vectors are columns (features, 1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from psychoscore_rwkv.arrays import Arrays
from psychoscore_rwkv.matrices import Matrix
from psychoscore_rwkv.sizes import Sizes

Norm = tuple[np.ndarray, np.ndarray]  # weight and bias, columns


@frozen(kw_only=True, eq=False)
class Layer:
    """A block.

    mix: (3, width, 1) of keys, values, receptances. decay, bonus: columns of channels. inward: keys, values,
    receptances, each (channels, width). outward: (width, channels). feed_mix: (2, width, 1) of keys, receptances.
    key: (hidden, width). gate: (width, width). value: (width, hidden).
    """

    norm: Norm
    mix: np.ndarray
    decay: np.ndarray
    bonus: np.ndarray
    inward: tuple[Matrix, Matrix, Matrix]
    outward: Matrix
    feed_norm: Norm
    feed_mix: np.ndarray
    key: Matrix
    gate: Matrix
    value: Matrix


@frozen(kw_only=True, eq=False)
class Fused:
    """All that a step reads: embeddings (vocabulary, width), first and last norm, layers, head (vocabulary, width)."""

    embeddings: np.ndarray
    first: Norm
    layers: tuple[Layer, ...]
    last: Norm
    head: Matrix


def fuse(sizes: Sizes, arrays: Arrays, matrix: Callable[[np.ndarray], Matrix]) -> Fused:
    """Return weights (layout.py) that fit the sizes in the form of a step; matrix: what makes its matrices.

    Each array that became a matrix leaves `arrays`, so that none is held twice.
    """
    return Fused(
        embeddings=arrays["rwkv.embeddings.weight"],
        first=_norm(arrays, "rwkv.blocks.0.pre_ln"),
        layers=tuple(_layer(arrays, f"rwkv.blocks.{layer}.", matrix) for layer in range(sizes.layers)),
        last=_norm(arrays, "rwkv.ln_out"),
        head=matrix(arrays.pop("head.weight")),
    )


def _layer(arrays: Arrays, name: str, matrix: Callable[[np.ndarray], Matrix]) -> Layer:
    time, feed = f"{name}attention.", f"{name}feed_forward."
    kinds = ("key", "value", "receptance")
    keys, values, receptances = (matrix(arrays.pop(f"{time}{kind}.weight")) for kind in kinds)
    return Layer(
        norm=_norm(arrays, name + "ln1"),
        mix=np.stack([arrays[f"{time}time_mix_{kind}"].reshape(-1, 1) for kind in kinds]),
        decay=-np.exp(arrays[time + "time_decay"])[:, None],
        bonus=arrays[time + "time_first"][:, None],
        inward=(keys, values, receptances),
        outward=matrix(arrays.pop(time + "output.weight")),
        feed_norm=_norm(arrays, name + "ln2"),
        feed_mix=np.stack([arrays[f"{feed}time_mix_{kind}"].reshape(-1, 1) for kind in ("key", "receptance")]),
        key=matrix(arrays.pop(feed + "key.weight")),
        gate=matrix(arrays.pop(feed + "receptance.weight")),
        value=matrix(arrays.pop(feed + "value.weight")),
    )


def _norm(arrays: Arrays, name: str) -> Norm:
    return arrays[name + ".weight"][:, None], arrays[name + ".bias"][:, None]
