"""What a batch of streams has read: cache, conditions, and the arrays that a step reads and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from psychoscore_onnx.graphs import cache_names
from psychoscore_onnx.sessions import Bound
from psychoscore_onnx.sizes import Kind, Sizes


class State:
    """A batch of streams: each has its own keys and values, conditions and length.

    table: (batch, entries, layers * width). counts: bars known of each stream. styles: by name (batch, 8, keys).
    """

    def __init__(
        self,
        sizes: Sizes,
        kind: Kind,
        capacity: int,
        table: np.ndarray,
        counts: Sequence[int],
        styles: Mapping[str, np.ndarray],
    ) -> None:
        batch, width = len(table), sizes.width
        self.sizes, self.kind, self.capacity = sizes, kind, capacity
        self.table, self.styles = table, dict(styles)
        self.counts, self.most = np.array(counts), 0  # most: rows of the longest stream
        self._lengths_and_total = np.zeros(batch + 1, np.int32)  # beside each other, to be counted up at once
        self.lengths, self.total = self._lengths_and_total[:batch], self._lengths_and_total[batch:]
        self.total[0] = 1
        shape = (batch, sizes.kv_heads, capacity, sizes.room)
        self.cache = {name: np.empty(shape, kind.cache) for name in cache_names(sizes)}
        self.rows = np.zeros((batch, 1, len(sizes.families)), np.int64)
        self.added = np.zeros((batch, 1, sizes.added), np.float32)
        self.ids = [np.zeros(batch, np.int64) for _ in sizes.families]
        self.states = [np.zeros((batch, width), np.float32) for _ in sizes.families]
        self.logits = [np.zeros((batch, size), np.float32) for size in sizes.families]
        self.row = 0  # steps done: logits belong to one of them
        self.read: list[list[int]] = []  # the ids of each family that the families after it have read since
        self.bound: list[Bound] = []
        self._bars: list[int] | None = None
        self._limits = np.array(sizes.families, np.uint64)
        self._row, self._ids = self.rows[:, 0], self.rows.view(np.uint64)

    def bind(self, sessions: Sequence[Any]) -> None:
        """Bind the sessions of the step and of the families to the arrays of a step."""
        step = {"rows": self.rows, "added": self.added, "lengths": self.lengths, "total": self.total, **self.styles}
        gives = {"logits": self.logits[0], "state": self.states[0]}
        self.bound = [Bound(sessions[0], step | self.past(), gives | self.present())]
        for k in range(1, len(self.sizes.families)):
            source = self.sizes.before(k)
            given = {"before": self.states[source], "ids": self.ids[source]}
            self.bound.append(Bound(sessions[k], given, {"logits": self.logits[k], "after": self.states[k]}))

    def past(self, part: slice = slice(None)) -> dict[str, np.ndarray]:
        """Return the caches of these streams as the step takes them."""
        return {f"past.{name}": array[part] for name, array in self.cache.items()}

    def present(self, part: slice = slice(None)) -> dict[str, np.ndarray]:
        """Return the same as the step gives them."""
        return {f"present.{name}": array[part] for name, array in self.cache.items()}

    def reserve(self, end: int) -> None:
        """Raise ValueError where there is no room for so many rows: the step would write beyond its cache."""
        if end > self.capacity:
            raise ValueError(f"the state is full: it holds {self.capacity} rows")

    def count(self, stream: int, length: int) -> None:
        """Set how many rows a stream has read."""
        self.lengths[stream] = length
        self.most = int(self.lengths.max())
        self.total[0] = self.most + 1

    def entries(self, streams: np.ndarray, bars: np.ndarray) -> np.ndarray:
        """Return what bars (n, time) of n streams add (n, time, layers * width)."""
        none = self.table.shape[1] - 2
        index = np.where(bars < 0, none + 1, bars if self.sizes.bar else none + 1)
        index = np.where(bars >= self.counts[streams][:, None], none, index)
        return self.table[streams[:, None], index]

    def check(self, ids: np.ndarray) -> None:
        """Raise ValueError on ids (..., families) uint64 beyond their families, whose tables are one in the graph."""
        if (ids >= self._limits).any():  # what was negative is then very large
            raise ValueError(f"onnx: ids must lie from 0 to below {', '.join(map(str, self.sizes.families))}")

    def place(self, rows: np.ndarray, bars: np.ndarray) -> None:
        """Write what the next step reads: rows (batch, families) in bars (batch,); raises ValueError on others."""
        if rows.shape != self._row.shape or bars.shape != self.lengths.shape:
            raise ValueError(f"rows {rows.shape} in bars {bars.shape} do not fit {len(self.lengths)} streams")
        self._row[:] = rows
        self.check(self._ids)
        self.reserve(self.most + 1)
        wanted = bars.tolist()
        if wanted != self._bars:
            self._bars = wanted
            self.added[:] = self.entries(np.arange(len(bars)), bars[:, None])

    def advance(self) -> None:
        """Count a row of every stream."""
        self._lengths_and_total += 1
        self.most += 1
        self.forget()

    def forget(self) -> None:
        """What was said of the last row is past."""
        self.row += 1
        self.read.clear()

    def keep(self, streams: Sequence[int]) -> State:
        """Return the state with these streams only."""
        chosen, used = list(streams), self.most
        styles = {name: np.ascontiguousarray(array[chosen]) for name, array in self.styles.items()}
        kept = State(self.sizes, self.kind, self.capacity, self.table[chosen], self.counts[chosen].tolist(), styles)
        for i, length in enumerate(self.lengths[chosen].tolist()):
            kept.count(i, length)
        for name, array in self.cache.items():
            kept.cache[name][:, :, :used] = array[chosen, :, :used]
        return kept
