"""A model's weights as the engine's step reads them.

Everything a step computes is (features, batch), so that matrices stay as they are in files, (outputs, inputs): for a
few rows at once OpenBLAS multiplies that way up to twice as fast as the other. Vectors are columns (features, 1).
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from psychoscore_rwkv.arrays import Arrays
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
    inward: tuple[np.ndarray, np.ndarray, np.ndarray]
    outward: np.ndarray
    feed_norm: Norm
    feed_mix: np.ndarray
    key: np.ndarray
    gate: np.ndarray
    value: np.ndarray


@frozen(kw_only=True, eq=False)
class Fused:
    """All that a step reads: embeddings (vocabulary, width), first and last norm, layers, head (vocabulary, width)."""

    embeddings: np.ndarray
    first: Norm
    layers: tuple[Layer, ...]
    last: Norm
    head: np.ndarray


def fuse(sizes: Sizes, arrays: Arrays) -> Fused:
    """Return weights (layout.py) that fit the sizes in the form of a step; matrices are not copied."""
    return Fused(
        embeddings=arrays["rwkv.embeddings.weight"],
        first=_norm(arrays, "rwkv.blocks.0.pre_ln"),
        layers=tuple(_layer(arrays, f"rwkv.blocks.{layer}.") for layer in range(sizes.layers)),
        last=_norm(arrays, "rwkv.ln_out"),
        head=arrays["head.weight"],
    )


def _layer(arrays: Arrays, name: str) -> Layer:
    time, feed = f"{name}attention.", f"{name}feed_forward."
    kinds = ("key", "value", "receptance")
    keys, values, receptances = (arrays[f"{time}{kind}.weight"] for kind in kinds)
    return Layer(
        norm=_norm(arrays, name + "ln1"),
        mix=np.stack([arrays[f"{time}time_mix_{kind}"].reshape(-1, 1) for kind in kinds]),
        decay=-np.exp(arrays[time + "time_decay"])[:, None],
        bonus=arrays[time + "time_first"][:, None],
        inward=(keys, values, receptances),
        outward=arrays[time + "output.weight"],
        feed_norm=_norm(arrays, name + "ln2"),
        feed_mix=np.stack([arrays[f"{feed}time_mix_{kind}"].reshape(-1, 1) for kind in ("key", "receptance")]),
        key=arrays[feed + "key.weight"],
        gate=arrays[feed + "receptance.weight"],
        value=arrays[feed + "value.weight"],
    )


def _norm(arrays: Arrays, name: str) -> Norm:
    return arrays[name + ".weight"][:, None], arrays[name + ".bias"][:, None]
