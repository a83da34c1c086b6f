"""What a batch of streams has read, for the native engine; the memory is NumPy's, the library works in it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from psychoscore_native.drawing import Hand
from psychoscore_native.library import State
from psychoscore_native.pack import LANE, aligned
from psychoscore_transformer.prior import Styles
from psychoscore_transformer.sizes import Sizes


class NativeState:
    """A batch of streams: each has its own keys and values, its own conditions, and its own length."""

    def __init__(self, sizes: Sizes, capacity: int, turns: np.ndarray, streams: Sequence[Conditions]) -> None:
        """turns: rotations (at least capacity, size / 2) complex64."""
        self.sizes, self.capacity, self.turns, self.streams = sizes, capacity, turns, list(streams)
        self.rows = 0  # read in steps; logits belong to one of them
        self.work: Work | None = None  # of a step
        self._arrange([0] * len(streams))

    @property
    def lengths(self) -> list[int]:
        """Return how many rows each stream has read."""
        return [int(length) for length in self._lengths]

    def keep(self, streams: Sequence[int]) -> None:
        """Forget all other streams."""
        lengths = self.lengths
        self.streams = [self.streams[i] for i in streams]
        self.work = None
        self._arrange([lengths[i] for i in streams])

    def error(self) -> str:
        """Return why the library's last call failed."""
        return str(self.struct.error.decode())

    def _arrange(self, lengths: Sequence[int]) -> None:
        count, families = len(self.streams), len(self.sizes.families)
        self.rows += 1
        self.hand: Hand | None = None  # what its streams are drawn with
        self.order = np.arange(count, dtype=np.int32)
        self.order_at = self.order.ctypes.data
        self._lengths = np.array(lengths, np.int32)
        self._counts = np.array([stream.count for stream in self.streams], np.int32)
        wide = -(-self.sizes.width // LANE) * LANE
        self._states, self._ids = np.zeros((families, count, wide), np.float32), np.zeros((count, families), np.int32)
        self._pointers = [
            np.array([array.ctypes.data if array is not None else 0 for array in arrays], np.uintp)
            for arrays in zip(*((s.cache, s.styles, s.table) for s in self.streams), strict=True)
        ]
        caches, styles, tables = (array.ctypes.data for array in self._pointers)
        self.struct = State(
            streams=count,
            capacity=self.capacity,
            lengths=self._lengths.ctypes.data,
            caches=caches,
            styles=styles,
            tables=tables,
            counts=self._counts.ctypes.data,
            turns=self.turns.ctypes.data,
            states=self._states.ctypes.data,
            ids=self._ids.ctypes.data,
        )
        self.reference: Any = ctypes.byref(self.struct)


class Work:
    """The memory of a step: of the way through the layers, of the heads, and of the rows read; and where it lies."""

    def __init__(self, layers: np.ndarray, heads: np.ndarray, streams: int, families: int) -> None:
        """layers, heads: bytes, zeroed."""
        self.rows, self.bars = np.zeros((streams, families), np.int64), np.zeros(streams, np.int64)
        self._memory = layers, heads
        self.layers, self.heads = layers.ctypes.data, heads.ctypes.data
        self.rows_at, self.bars_at = self.rows.ctypes.data, self.bars.ctypes.data

    def take(self, rows: np.ndarray, bars: np.ndarray) -> None:
        """Copy rows (streams, families) and their bars (streams,); raises ValueError on other shapes."""
        if np.shape(rows) != self.rows.shape or np.shape(bars) != self.bars.shape:
            raise ValueError(f"rows {np.shape(rows)} in bars {np.shape(bars)} do not fit {len(self.bars)} streams")
        self.rows[:], self.bars[:] = rows, bars


class Conditions:
    """One stream: cache (bytes,), table (count + 2, layers, width), styles (bytes,) or None."""

    def __init__(self, cache_bytes: int, table: np.ndarray, count: int, styles: np.ndarray | None) -> None:
        self.cache, self.styles, self.count = aligned(cache_bytes), styles, count
        most = len(table) - 2
        self.table = np.ascontiguousarray(table[[*range(count), most, most + 1]])


def style_block(styles: Sequence[Styles], stream: int, dtype: type) -> np.ndarray | None:
    """Return one stream's style keys and values of all layers as the library keeps those of rows (c/native.h)."""
    parts = [part for style in styles if style for part in (_keys(style[0][stream]), _values(style[1][stream]))]
    return np.concatenate(parts).astype(dtype) if parts else None


def _keys(keys: np.ndarray) -> np.ndarray:
    kv_heads, size, count = keys.shape
    block = np.zeros((kv_heads, size, LANE), np.float32)
    block[:, :, :count] = keys
    return block.ravel()


def _values(values: np.ndarray) -> np.ndarray:
    kv_heads, count, size = values.shape
    block = np.zeros((kv_heads, LANE, -(-size // LANE) * LANE), np.float32)
    block[:, :count, :size] = values
    return block.reshape(kv_heads, LANE, -1, LANE).transpose(0, 2, 1, 3).ravel()
