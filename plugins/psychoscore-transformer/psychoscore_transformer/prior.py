"""What a profile and the bars of a plan become for the NumPy engine: computed once, where a generation starts.

The same formulas as in conditions.py, which has the torch modules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_transformer.fused import Weights
from psychoscore_transformer.layout import EPSILON, STYLE_HEADS, STYLE_KEY
from psychoscore_transformer.sizes import Sizes

Styles = tuple[np.ndarray, np.ndarray] | None  # keys, turned (batch, kv_heads, size, 8), and values (.., 8, size)


def bar_table(sizes: Sizes, weights: Weights, streams: Sequence[Stream]) -> tuple[np.ndarray, list[int]]:
    """Return what is added to the rows of each bar (batch, M + 2, layers, width), and how many bars are known of each.

    The last two entries are for bars beyond those and for rows in no bar.
    """
    counts = [len(stream.bars or ()) for stream in streams]
    most = max(counts)
    table = np.zeros((len(streams), most + 2, sizes.layers * sizes.width), np.float32)
    for i, stream in enumerate(streams):
        if counts[i] and sizes.bar:
            table[i, : counts[i]] = _bars(sizes, weights, np.asarray(stream.bars, np.float32))
    table[:, most] = weights["bar.none"]
    if not sizes.style_tokens:
        table += np.stack([_vector(weights, stream.vector) for stream in streams])[:, None]
    return table.reshape(len(streams), most + 2, sizes.layers, sizes.width), counts


def styles(sizes: Sizes, weights: Weights, maps: Sequence[np.ndarray], streams: Sequence[Stream]) -> list[Styles]:
    """Return the keys and values of every layer's cross-attention, None for layers that have none.

    maps: of each layer, from a style to keys and values (256, 2 kv_heads size).
    """
    if not sizes.style_tokens:
        return [None] * sizes.layers
    style = np.stack([_style(weights, stream.vector) for stream in streams])  # (batch, 8, 256)
    found: list[Styles] = []
    for matrix in maps:
        kv = (style @ matrix).reshape(len(streams), STYLE_HEADS, 2 * sizes.kv_heads, sizes.head)
        keys, values = kv[:, :, : sizes.kv_heads], kv[:, :, sizes.kv_heads :]
        turned = np.ascontiguousarray(keys.transpose(0, 2, 3, 1))
        found.append((turned, np.ascontiguousarray(values.transpose(0, 2, 1, 3))))
    return found


def _bars(sizes: Sizes, weights: Weights, bars: np.ndarray) -> np.ndarray:
    if not sizes.style_tokens:
        half = (bars @ weights["bar.first.weight"].T + weights["bar.first.bias"]) / 2
        bars = half + half * np.tanh(half)
    return bars @ weights["bar.map.weight"].T + weights["bar.map.bias"]


def _vector(weights: Weights, vector: tuple[float, ...] | None) -> np.ndarray:
    if vector is None:
        return weights["vector.none"]
    return weights["vector.map.weight"] @ np.asarray(vector, np.float32) + weights["vector.map.bias"]


def _style(weights: Weights, vector: tuple[float, ...] | None) -> np.ndarray:
    """Return the 8 styles (8, 256) of a vector, or the learned ones."""
    if vector is None:
        return weights["style.none"]
    x = weights["style.profile.weight"] @ np.asarray(vector, np.float32) + weights["style.profile.bias"]
    gelu = np.array([0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x.tolist()], np.float32)
    query = (weights["style.query.weight"] @ gelu).reshape(STYLE_HEADS, 1, STYLE_KEY)
    query /= np.sqrt(np.square(query).mean(-1, keepdims=True) + EPSILON)
    scores = (query * weights["style.norm.weight"]) @ weights["style.keys"] / math.sqrt(STYLE_KEY)
    chances = np.exp(scores - scores.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    return (chances[:, 0] @ np.tanh(weights["style.bank"])).astype(np.float32)
