"""Decoding RWKV-4 on CPU with NumPy alone: a state of fixed size, one row after another, streams side by side.

A step is about fifty NumPy calls a layer on preallocated arrays; the products with the matrices take most of the time,
and that is how fast these stream from memory. The formulas are those of wkv.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from psychoscore_rwkv.arrays import plain, read_arrays
from psychoscore_rwkv.base_model import Base
from psychoscore_rwkv.fused import Fused, Layer, Norm, fuse
from psychoscore_rwkv.layout import sizes_of
from psychoscore_rwkv.matrices import maker
from psychoscore_rwkv.prefix import read_rows
from psychoscore_rwkv.state import LARGEST, Buffers, State

HALF = np.float32(0.5)


class Module(Protocol):
    """A torch module whose tensors have transformers' names."""

    def state_dict(self) -> Mapping[str, Any]:
        """Return the tensors by name."""


class Engine:
    """Decodes; `step` and `read` change the state that they are given."""

    def __init__(self, weights: Base | Module | Mapping[str, Any], precision: str = "fp32") -> None:
        """weights: a base, a torch model, or its tensors by name (arrays or tensors of any float type and device).

        precision: of the matrices; "fp16" and "int8" (rows are rounded to bytes too) need psychoscore-native, else
        ImportError. Weights are read once: a later change of the model is not seen. Raises ValueError, or
        CheckpointError of a base.
        """
        matrix = maker(precision)
        if isinstance(weights, Base):
            arrays = read_arrays(weights)
        else:
            arrays = plain(weights if isinstance(weights, Mapping) else weights.state_dict())
        self.sizes = sizes_of({name: array.shape for name, array in arrays.items()})
        self.fused: Fused = fuse(self.sizes, arrays, matrix)

    def empty(self, batch: int) -> State:
        """Return the state of streams that have read nothing."""
        return State(self.sizes, batch)

    def embed(self, ids: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return the embeddings (..., width) of ids of any shape; raises ValueError on one outside the vocabulary."""
        wanted = np.asarray(ids)
        if wanted.size and not (wanted.min() >= 0 and wanted.max() < self.sizes.vocabulary):
            raise ValueError(f"ids must be from 0 to {self.sizes.vocabulary - 1}")
        return self.fused.embeddings[wanted]

    def read(self, state: State, embeddings: np.ndarray, lengths: Sequence[int] | None = None) -> np.ndarray:
        """Read rows (batch, time, width); return the logits (batch, vocabulary) after each stream's last one.

        lengths: how many of its rows each stream reads, 0 to time; those behind change nothing. None: all.
        """
        batch, time, _ = self._fits(state, embeddings, 3)
        counts = np.full(batch, time) if lengths is None else np.asarray(lengths)
        if counts.shape != (batch,) or (batch and not 0 <= counts.min() <= counts.max() <= time):
            raise ValueError(f"lengths must be {batch} numbers from 0 to {time}")
        read_rows(self.fused, state, np.asarray(embeddings, np.float32), counts)
        return self._logits(state)

    def step(self, state: State, embeddings: np.ndarray) -> np.ndarray:
        """Read one row (batch, width) of each stream; return the logits (batch, vocabulary) after it."""
        self._fits(state, embeddings, 2)
        b = state.buffers
        np.copyto(b.change, np.asarray(embeddings).T)
        _normalise(b.change, self.fused.first, b, b.x)
        for index, layer in enumerate(self.fused.layers):
            _time_mixing(layer, state, index)
            _channel_mixing(layer, state, index)
        _normalise(b.x, self.fused.last, b, state.last)
        return self._logits(state)

    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only, in this order."""
        state.keep(indices)
        return state

    def _fits(self, state: State, embeddings: np.ndarray, rank: int) -> tuple[int, ...]:
        shape = np.shape(embeddings)
        if len(shape) != rank or shape[0] != state.batch or shape[-1] != self.sizes.width:
            raise ValueError(f"rows {shape} do not fit {state.batch} streams of width {self.sizes.width}")
        return shape

    def _logits(self, state: State) -> np.ndarray:
        self.fused.head.columns(state.last, state.buffers.logits)
        return state.buffers.logits.T.copy()


def _normalise(x: np.ndarray, norm: Norm, b: Buffers, out: np.ndarray) -> None:
    """Write the norm of columns x (width, batch) into out; b.added is overwritten. x may not be out."""
    np.matmul(b.averaging, x, out=b.mean)
    np.subtract(x, b.mean, out=out)
    np.multiply(out, out, out=b.added)
    np.matmul(b.averaging, b.added, out=b.mean)
    np.add(b.mean, b.epsilon, out=b.mean)
    np.sqrt(b.mean, out=b.mean)
    np.divide(out, b.mean, out=out)
    np.multiply(out, norm[0], out=out)
    np.add(out, norm[1], out=out)


def _mix(norm: Norm, mix: np.ndarray, before: np.ndarray, b: Buffers) -> np.ndarray:
    """Return each mix (n, width, batch) of the normed row and the one before, which it replaces."""
    _normalise(b.x, norm, b, b.normed)
    mixed = b.mixed[: len(mix)]
    np.subtract(b.normed, before, out=b.change)
    np.multiply(b.change, mix, out=mixed)
    mixed += before
    np.copyto(before, b.normed)
    return mixed


def _time_mixing(layer: Layer, state: State, index: int) -> None:
    b = state.buffers
    keys, values, receptances = layer.inward
    mixed = _mix(layer.norm, layer.mix, state.rows[0, index], b)
    keys.columns(mixed[0], b.keys)
    values.columns(mixed[1], b.values)
    receptances.columns(mixed[2], b.gate)
    _average(layer, state.sums[0, index], state.sums[1, index], state.top[index], b)
    _open(b.gate, b.own)
    layer.outward.columns(b.own, b.added)
    b.x += b.added


def _average(layer: Layer, over: np.ndarray, under: np.ndarray, top: np.ndarray, b: Buffers) -> None:
    """Write wkv's average into b.own, and go on with the state."""
    np.add(b.keys, layer.bonus, out=b.own)
    b.own -= top
    np.minimum(b.own, LARGEST, out=b.own)
    np.exp(b.own, out=b.own)
    np.add(under, b.own, out=b.next)
    b.own *= b.values
    b.own += over
    b.own /= b.next
    np.add(top, layer.decay, out=b.top)
    np.maximum(b.top, b.keys, out=top)
    b.top -= top
    np.exp(b.top, out=b.top)  # how much of what was stays
    b.keys -= top
    np.exp(b.keys, out=b.keys)  # how much of the row comes in
    over *= b.top
    under *= b.top
    under += b.keys
    b.keys *= b.values
    over += b.keys


def _channel_mixing(layer: Layer, state: State, index: int) -> None:
    b = state.buffers
    mixed = _mix(layer.feed_norm, layer.feed_mix, state.rows[1, index], b)
    layer.key.columns(mixed[0], b.hidden)
    np.maximum(b.hidden, 0, out=b.hidden)
    np.multiply(b.hidden, b.hidden, out=b.hidden)
    layer.gate.columns(mixed[1], b.open)
    layer.value.columns(b.hidden, b.added)
    _open(b.open, b.added)
    b.x += b.added


def _open(gate: np.ndarray, value: np.ndarray) -> None:
    """Multiply the value by the sigmoid of the gate, as (1 + tanh(gate / 2)) / 2, which cannot overflow."""
    gate *= HALF
    np.tanh(gate, out=gate)
    gate += 1
    gate *= HALF
    value *= gate
