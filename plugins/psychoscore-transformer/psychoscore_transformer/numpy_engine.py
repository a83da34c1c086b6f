"""The NumPy engine: decodes a checkpoint on CPU without torch.

A step is about 30 NumPy calls a layer on preallocated buffers; the products of a row with the weights take most of the
time, and that is how fast the weights stream from memory. Prompts are read many rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_transformer.fused import Head, Layer, Weights, fuse, turns
from psychoscore_transformer.layout import EPSILON
from psychoscore_transformer.numpy_state import Buffers, NumpyState
from psychoscore_transformer.prior import Styles, bar_table, styles
from psychoscore_transformer.sizes import Sizes

PIECE = 256  # rows read at once: bounds the memory of their scores


class NumpyEngine:
    """Satisfies `Decoder` but for `context`; weights: float32 by name (layout.py)."""

    def __init__(self, sizes: Sizes, weights: Weights) -> None:
        self.sizes, self.fused = sizes, fuse(sizes, weights)
        self._prior = {name: array for name, array in weights.items() if name.startswith(("style.", "vector.", "bar."))}
        self._epsilon = np.float32(EPSILON * sizes.width)
        self._turns = np.empty((0, sizes.head // 2), np.complex64)

    def start(self, streams: Sequence[Stream], capacity: int) -> NumpyState:
        """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
        table, counts = bar_table(self.sizes, self._prior, streams)
        state = NumpyState(
            self.sizes, table, counts, styles(self.sizes, self._prior, self.fused.style_maps, streams), capacity
        )
        if len(self._turns) < capacity:
            self._turns = turns(capacity, self.sizes.head)
        lengths = [len(stream.rows) - 1 for stream in streams]
        longest = max(lengths)
        state.reserve(longest)
        state.align([longest - length for length in lengths])
        if longest:
            rows = np.zeros((len(streams), longest, len(self.sizes.families)), np.int64)
            for i, stream in enumerate(streams):
                rows[i, longest - lengths[i] :] = stream.rows[:-1]
            self.extend(state, rows, np.full((len(streams), longest), -1))
        return state

    def extend(self, state: NumpyState, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        state.reserve(rows.shape[1])
        for first in range(0, rows.shape[1], PIECE):
            part = slice(first, first + PIECE)
            self._read(state, self.embed(rows[:, part]), state.entries(bars[:, part]))

    def step(self, state: NumpyState, rows: np.ndarray, bars: np.ndarray) -> list[np.ndarray | Later]:
        """Read one row (batch, families) in bars (batch,); return logits of family 0, and callables for the others."""
        state.reserve(1)
        hidden = self._row(state, self.embed(rows), state.added(bars))
        chain = Chain(self, hidden)
        later = [chain.family(k) for k in range(1, len(self.sizes.families))]
        return [hidden @ self.fused.first, *later]

    def keep(self, state: NumpyState, indices: Sequence[int]) -> NumpyState:
        """Return the state with these streams only."""
        state.keep(indices)
        return state

    def embed(self, rows: np.ndarray) -> np.ndarray:
        """Return the sum of the families' embeddings (..., width) of rows (..., families)."""
        if len(self.fused.offsets) == 1:
            return self.fused.embeddings[rows[..., 0]]
        return np.add.reduce(self.fused.embeddings[rows + self.fused.offsets], axis=-2)

    def normed(self, x: np.ndarray) -> np.ndarray:
        """Return x / |x| over the last dimension; the rest of the norm is folded into the weights."""
        return x / np.sqrt(np.square(x).sum(-1, keepdims=True) + self._epsilon)

    def _row(self, state: NumpyState, x: np.ndarray, added: np.ndarray) -> np.ndarray:
        """Read one row of every stream, embedded as x (batch, width), which is overwritten; return hidden states."""
        b, turn = state.buffers, self._turns[state.end]
        for index, layer in enumerate(self.fused.layers):
            np.add(x, added[index], out=x)
            np.matmul(self._normed(x, b), layer.qkv, out=b.qkv)
            np.multiply(b.turned, turn, out=b.turned)
            _attend(state, index, b)
            np.matmul(b.joined, layer.out, out=b.flat)
            np.add(x, b.flat, out=x)
            if layer.cross is not None:
                x += self._cross(self._normed(x, b), layer, state.styles[index])
            _feed(self._normed(x, b), layer, b)
            np.add(x, b.flat, out=x)
        state.end += 1
        return self._normed(x, b) * self.fused.norm

    def _normed(self, x: np.ndarray, b: Buffers) -> np.ndarray:
        np.matmul(x[:, None], x[:, :, None], out=b.norm)
        np.add(b.scale, self._epsilon, out=b.scale)
        np.sqrt(b.scale, out=b.scale)
        return np.divide(x, b.scale, out=b.normed)

    def _read(self, state: NumpyState, x: np.ndarray, added: np.ndarray) -> None:
        """Read rows (batch, time, width), each in the bar whose entries are added (layers, batch, time, width)."""
        time = x.shape[1]
        mask = _mask(state, time)
        for index, layer in enumerate(self.fused.layers):
            x = x + added[index]
            x = x + self._attention(state, index, self.normed(x) @ layer.qkv, mask) @ layer.out
            if layer.cross is not None:
                x = x + self._cross(self.normed(x), layer, state.styles[index])
            normed = self.normed(x)
            gate = normed @ layer.gate
            x = x + ((gate + gate * np.tanh(gate)) * (normed @ layer.value)) @ layer.down
        state.end += time

    def _attention(self, state: NumpyState, layer: int, qkv: np.ndarray, mask: np.ndarray) -> np.ndarray:
        sizes, (batch, time, _), end = self.sizes, qkv.shape, state.end + qkv.shape[1]
        heads = qkv.reshape(batch, time, -1, sizes.head)
        turning = heads[:, :, : -sizes.kv_heads].view(np.complex64)
        turning *= self._turns[state.end : end, None]
        q, k, v = np.split(heads.transpose(0, 2, 1, 3), [sizes.heads, sizes.heads + sizes.kv_heads], axis=1)
        state.keys[layer, ..., state.end : end], state.values[layer, :, :, state.end : end] = k.swapaxes(-1, -2), v
        keys, values = state.keys[layer, :, :, None, :, :end], state.values[layer, :, :, None, :end]
        scores = q.reshape(batch, sizes.kv_heads, -1, time, sizes.head) @ keys
        mixed = _softmax(scores + mask) @ values  # (batch, kv_heads, group, time, size)
        return mixed.reshape(batch, sizes.heads, time, sizes.head).transpose(0, 2, 1, 3).reshape(batch, time, -1)

    def _cross(self, x: np.ndarray, layer: Layer, style: Styles) -> np.ndarray:
        """Return what rows x (batch, [time,] width) find in the styles of their streams."""
        assert layer.cross is not None and style is not None
        keys, values = style
        sizes, batch = self.sizes, len(x)
        q = (x @ layer.cross.q).reshape(batch, -1, sizes.kv_heads, sizes.heads // sizes.kv_heads, sizes.head)
        time = q.shape[1]
        rows = q.transpose(0, 2, 1, 3, 4).reshape(batch, sizes.kv_heads, -1, sizes.head)
        mixed = (_softmax(rows @ keys) @ values).reshape(batch, sizes.kv_heads, time, -1, sizes.head)
        return mixed.transpose(0, 2, 1, 3, 4).reshape(x.shape) @ layer.cross.out


Later = Callable[[np.ndarray], np.ndarray]


class Chain:
    """The families of one row after the first: each waits for the ids that it depends on.

    In a chain each goes on from what those before it gave.
    """

    def __init__(self, engine: NumpyEngine, hidden: np.ndarray) -> None:
        self._engine, self._states = engine, [hidden]
        self._chained = engine.sizes.row_heads == "chain"
        self._read = np.empty((len(hidden), 0), np.int64)  # the ids that the states after the first come from

    def family(self, number: int) -> Later:
        """Return what takes ids (batch, number) and returns the logits (batch, size) of this family."""
        return lambda drawn: self._logits(np.asarray(drawn)[:, :number])

    def _logits(self, drawn: np.ndarray) -> np.ndarray:
        heads = self._engine.fused.heads
        if not self._chained:
            table, head = heads[0].table, heads[drawn.shape[1] - 1]
            assert table is not None
            return self._engine.normed(self._part(head, self._states[0] + table[drawn[:, 0]])) @ head.head
        known = self._read.shape[1]
        if not np.array_equal(drawn[:, :known], self._read):
            known = 0
        del self._states[known + 1 :]
        for k in range(known, drawn.shape[1]):
            table = heads[k].table
            assert table is not None
            self._states.append(self._part(heads[k], self._states[k] + table[drawn[:, k]]))
        self._read = drawn.copy()
        return self._engine.normed(self._states[-1]) @ heads[drawn.shape[1] - 1].head

    def _part(self, head: Head, state: np.ndarray) -> np.ndarray:
        gate = self._engine.normed(state) @ head.gate
        return state + (gate + gate * np.tanh(gate)) @ head.out


def _attend(state: NumpyState, layer: int, b: Buffers) -> None:
    """Store the keys and values of a row, and write what its queries find into b.mixed."""
    end = state.end + 1
    keys, values, scores = state.keys[layer], state.values[layer], b.scores[..., :end]
    keys[..., state.end], values[:, :, state.end] = b.k, b.v
    np.matmul(b.q, keys[..., :end], out=scores)
    if state.mask is not None:
        np.add(scores, state.mask[..., :end], out=scores)
    np.maximum.reduce(scores, axis=-1, keepdims=True, out=b.total)
    np.subtract(scores, b.total, out=scores)
    np.exp(scores, out=scores)
    np.add.reduce(scores, axis=-1, keepdims=True, out=b.total)
    np.matmul(scores, values[:, :, :end], out=b.mixed)
    np.divide(b.mixed, b.total, out=b.mixed)


def _feed(x: np.ndarray, layer: Layer, b: Buffers) -> None:
    """Write the feed-forward part of normed rows x (batch, width) into b.flat."""
    np.matmul(x, layer.gate, out=b.gate)
    np.matmul(x, layer.value, out=b.value)
    np.tanh(b.gate, out=b.swish)
    np.add(b.swish, 1, out=b.swish)
    np.multiply(b.swish, b.gate, out=b.swish)
    np.multiply(b.swish, b.value, out=b.swish)
    np.matmul(b.swish, layer.down, out=b.flat)


def _mask(state: NumpyState, time: int) -> np.ndarray:
    """Return what is added to scores (batch or 1, 1, 1, time, end): -inf for later rows and before a stream's first.

    A row that stands before its stream's first sees itself, so that what it gives is finite: it is never read.
    """
    end = state.end + time
    slots, places = np.arange(end), np.arange(state.end, end)[:, None]
    hidden = np.repeat((slots > places)[None], len(state.starts), axis=0)
    hidden |= (slots < np.array(state.starts)[:, None])[:, None] & (slots != places)
    return np.where(hidden, np.float32(-np.inf), np.float32(0))[:, None, None]


def _softmax(scores: np.ndarray) -> np.ndarray:
    chances = np.exp(scores - scores.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    return chances
