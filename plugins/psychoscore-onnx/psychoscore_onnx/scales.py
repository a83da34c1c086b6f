"""How large keys and values grow: what a cache of bytes is scaled by, found by letting the model play.

Every channel of the keys and values of every layer has a scale of its own. Two channels of a key rotate into each other
with the position, so they share the length of the pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_onnx.sizes import Sizes
from psychoscore_transformer.numpy_state import NumpyState

SEED, STREAMS, ROWS, BARS, ROWS_A_BAR = 57, 8, 128, 8, 16
MARGIN = 1.25  # of what other music may have beyond what was played


def scales(sizes: Sizes, engine: Any) -> dict[str, np.ndarray]:
    """Return the scale of each channel (kv_heads * room,) of every layer's keys and values, by their weights' names.

    engine: the NumPy engine, or what has its start() and step().
    """
    state, found = _played(sizes, engine), dict[str, np.ndarray]()
    keys, values = state.keys[..., : state.end], state.values[:, :, :, : state.end]
    for layer in range(sizes.layers):
        name = f"blocks.{layer}.attention"
        # The engine's keys are turned, (batch, kv_heads, size, rows), and have pairs beside each other.
        pairs = keys[layer].reshape(len(keys[layer]), sizes.kv_heads, sizes.head // 2, 2, -1)
        lengths = np.sqrt(np.square(pairs).sum(axis=3)).max(axis=(0, 3))  # (kv_heads, size / 2)
        found[f"{name}.keys.scale"] = _scale(sizes, np.stack([lengths, lengths], axis=1))
        most = np.abs(values[layer]).max(axis=(0, 2))  # (kv_heads, size)
        found[f"{name}.values.scale"] = _scale(sizes, most.reshape(sizes.kv_heads, 2, -1))
    return found


def _scale(sizes: Sizes, most: np.ndarray) -> np.ndarray:
    """Return scales of the largest numbers (kv_heads, 2, size / 2), with ones where a head is padded."""
    more = (sizes.room - sizes.head) // 2
    scale = np.where(most > 0, most * np.float32(MARGIN / 127), 1)
    padded = np.pad(scale, ((0, 0), (0, 0), (0, more)), constant_values=1)
    return padded.reshape(-1).astype(np.float32)


def _played(sizes: Sizes, engine: Any) -> NumpyState:
    """Return the state after streams, half of them with conditions of chance, that the model has drawn itself."""
    random = np.random.default_rng(SEED)
    state = engine.start([_stream(sizes, random, seen=i % 2 == 0) for i in range(STREAMS)], ROWS + 1)
    row = np.zeros((STREAMS, len(sizes.families)), np.int64)
    for time in range(ROWS):
        logits, row = engine.step(state, row, np.full(STREAMS, time // ROWS_A_BAR)), np.zeros_like(row)
        for family, given in enumerate(logits):
            row[:, family] = _drawn(random, given(row[:, :family]) if callable(given) else given)
    return state


def _stream(sizes: Sizes, random: np.random.Generator, *, seen: bool) -> Stream:
    rows = np.array([[random.integers(size) for size in sizes.families]])
    vector, bars = random.random(sizes.vector), random.random((BARS, sizes.bar))
    return Stream(rows=rows, vector=tuple(vector) if seen else None, bars=tuple(map(tuple, bars)) if seen else None)


def _drawn(random: np.random.Generator, logits: np.ndarray) -> np.ndarray:
    """Return an id for each stream, by the logits (streams, size)."""
    noise = random.gumbel(size=logits.shape)  # the largest sum is a draw from the softmax
    found: np.ndarray = (logits + noise).argmax(axis=1)
    return found
