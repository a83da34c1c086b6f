"""What a batch of streams has read, for the NumPy engine: keys, values, conditions, and the buffers of a step.

Streams end in the same slot: a shorter prompt stands further right, and the slots before it are masked. So every step
writes one slot for all streams, whatever their lengths; rotary positions are slots, because only distances count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_transformer.prior import Styles
from psychoscore_transformer.sizes import Sizes


class Buffers:
    """The arrays that every step of a batch writes anew, and views of them."""

    def __init__(self, sizes: Sizes, batch: int, capacity: int) -> None:
        width, size, keys = sizes.width, sizes.head, sizes.kv_heads
        group = sizes.heads // keys
        self.x, self.normed, self.square, self.flat, self.sum = np.empty((5, batch, width), np.float32)
        self.norm = np.empty((batch, 1, 1), np.float32)
        self.scale = self.norm[:, 0]
        qkv = np.empty((batch, width + 2 * keys * size), np.float32)
        self.qkv, turning = qkv, (sizes.heads + keys) * size
        self.turned = qkv[:, :turning].view(np.complex64).reshape(batch, sizes.heads + keys, size // 2)
        self.q = qkv[:, :width].reshape(batch, keys, group, size)
        self.k = qkv[:, width:turning].reshape(batch, keys, size)
        self.v = qkv[:, turning:].reshape(batch, keys, size)
        self.scores = np.empty((batch, keys, group, capacity), np.float32)
        self.total = np.empty((batch, keys, group, 1), np.float32)
        self.mixed = np.empty((batch, keys, group, size), np.float32)
        self.joined = self.mixed.reshape(batch, width)
        self.gate, self.value, self.swish = np.empty((3, batch, sizes.hidden), np.float32)


class NumpyState:
    """A batch of streams; see the module."""

    def __init__(
        self, sizes: Sizes, table: np.ndarray, counts: Sequence[int], styles: list[Styles], capacity: int
    ) -> None:
        batch = len(table)
        lead = (sizes.layers, batch, sizes.kv_heads)
        self.sizes, self.capacity, self.end = sizes, capacity, 0
        # Keys lie turned: a query times all of them is then six times as fast at 700 rows (OpenBLAS).
        self.keys = np.empty((*lead, sizes.head, capacity), np.float32)
        self.values = np.empty((*lead, capacity, sizes.head), np.float32)
        self.starts = [0] * batch
        self.table, self.counts, self.styles = table, list(counts), styles
        self.mask: np.ndarray | None = None  # (batch, 1, 1, capacity), -inf in slots before a stream's first
        self.buffers = Buffers(sizes, batch, capacity)
        self._bars: list[int] | None = None
        self._added = table[:, -1]

    @property
    def lengths(self) -> list[int]:
        """Return how many rows each stream has read."""
        return [self.end - start for start in self.starts]

    def reserve(self, time: int) -> None:
        """Raise ValueError where there is no room for `time` more rows."""
        if self.end + time > self.capacity:
            raise ValueError(f"the state is full: it holds {self.capacity} rows")

    def align(self, starts: Sequence[int]) -> None:
        """Set the first slot of each stream, and mask those before it."""
        self.starts, self.mask = list(starts), None
        if any(starts):
            self.mask = np.zeros((len(starts), 1, 1, self.capacity), np.float32)
            for stream, start in enumerate(starts):
                self.mask[stream, :, :, :start] = -np.inf

    def entries(self, bars: np.ndarray) -> np.ndarray:
        """Return the bar table's entries (layers, batch, time, width) for rows in these bars (batch, time)."""
        none = self.table.shape[1] - 2
        index = np.where(bars >= np.asarray(self.counts)[:, None], none, bars)
        index = np.where(bars < 0, none + 1, index)
        return self.table[np.arange(len(bars))[:, None], index].transpose(2, 0, 1, 3)

    def added(self, bars: np.ndarray) -> np.ndarray:
        """Return the same for one row of each stream (layers, batch, width); as before where no bar has changed."""
        wanted = bars.tolist()
        if wanted != self._bars:
            self._bars, self._added = wanted, np.ascontiguousarray(self.entries(bars[:, None])[:, :, 0])
        return self._added

    def keep(self, streams: Sequence[int]) -> None:
        """Forget all other streams."""
        chosen, end = list(streams), self.end
        keys, values = self.keys[:, chosen, ..., :end], self.values[:, chosen, :, :end]
        self.keys, self.values = self.keys[:, : len(chosen)], self.values[:, : len(chosen)]
        self.keys[..., :end], self.values[:, :, :, :end] = keys, values
        self.table, self.counts = self.table[chosen], [self.counts[i] for i in chosen]
        self.styles = [style and (style[0][chosen], style[1][chosen]) for style in self.styles]
        self.align([self.starts[i] for i in chosen])
        self.buffers, self._bars = Buffers(self.sizes, len(chosen), self.capacity), None
