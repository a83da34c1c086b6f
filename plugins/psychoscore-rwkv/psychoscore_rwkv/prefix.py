"""Reading many rows at once with NumPy: products with matrices over all rows, the state row by row."""

from __future__ import annotations

import numpy as np

from psychoscore_rwkv.fused import Fused, Layer, Norm
from psychoscore_rwkv.state import EPSILON, LARGEST, State

PIECE = 256  # rows of a stream that are read at once: bounds the memory of a prompt


def read_rows(fused: Fused, state: State, embeddings: np.ndarray, lengths: np.ndarray) -> None:
    """Read rows (batch, time, width), of each stream its first `lengths` (batch,); the rest changes nothing."""
    for start in range(0, int(lengths.max(initial=0)), PIECE):
        counts = np.clip(lengths - start, 0, PIECE)
        _read(fused, state, embeddings[:, start : start + int(counts.max())], counts)


def _read(fused: Fused, state: State, x: np.ndarray, counts: np.ndarray) -> None:
    # What stands behind a stream's end may be anything, and must not warn.
    seen = np.arange(x.shape[1]) < counts[:, None]  # (batch, time)
    x = _normed(np.where(seen[..., None], x, np.float32(0)), fused.first)
    for index, layer in enumerate(fused.layers):
        x += _time_mixing(layer, state, index, x, counts)
        x += _channel_mixing(layer, state.rows[1, index], x, counts)
    reading = np.flatnonzero(counts)
    state.last[:, reading] = _normed(x[reading, counts[reading] - 1], fused.last).T


def _normed(x: np.ndarray, norm: Norm) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scale = np.sqrt(np.square(centred).mean(-1, keepdims=True) + EPSILON)
    found: np.ndarray = centred / scale * norm[0].T + norm[1].T
    return found


def _mix(x: np.ndarray, mix: np.ndarray, before: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    """Return each mix (batch, time, width) of rows with those before them; before: (width, batch), replaced."""
    shifted = np.concatenate([before.T[:, None], x[:, :-1]], axis=1)
    reading = np.flatnonzero(counts)
    before[:, reading] = x[reading, counts[reading] - 1].T
    change = x - shifted
    return [shifted + change * part.T for part in mix]


def _time_mixing(layer: Layer, state: State, index: int, x: np.ndarray, counts: np.ndarray) -> np.ndarray:
    mixed = _mix(_normed(x, layer.norm), layer.mix, state.rows[0, index], counts)
    keys, values, gate = (matrix.rows(part) for part, matrix in zip(mixed, layer.inward, strict=True))
    averages = _averages(layer, state, index, keys, values, counts)
    return layer.outward.rows(averages * _sigmoid(gate))


def _averages(
    layer: Layer, state: State, index: int, keys: np.ndarray, values: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Return wkv's averages of rows (batch, time, channels), and leave the state after each stream's last one."""
    sums, top = state.sums[:, index], state.top[index]
    decay, bonus, found = layer.decay.T, layer.bonus.T, np.empty_like(keys)
    over, under, high = sums[0].T.copy(), sums[1].T.copy(), top.T.copy()
    for row in range(keys.shape[1]):
        key, value = keys[:, row], values[:, row]
        own = np.exp(np.minimum(key + bonus - high, LARGEST))
        found[:, row] = (over + own * value) / (under + own)
        faded = high + decay
        high = np.maximum(faded, key)
        stays, comes = np.exp(faded - high), np.exp(key - high)
        over, under = over * stays + comes * value, under * stays + comes
        if (ends := counts == row + 1).any():
            sums[0][:, ends], sums[1][:, ends], top[:, ends] = over[ends].T, under[ends].T, high[ends].T
    return found


def _channel_mixing(layer: Layer, before: np.ndarray, x: np.ndarray, counts: np.ndarray) -> np.ndarray:
    mixed = _mix(_normed(x, layer.feed_norm), layer.feed_mix, before, counts)
    keys = np.square(np.maximum(layer.key.rows(mixed[0]), 0))
    return _sigmoid(layer.gate.rows(mixed[1])) * layer.value.rows(keys)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return (np.tanh(x * np.float32(0.5)) + 1) * np.float32(0.5)
