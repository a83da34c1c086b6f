"""The keys and values that a generation has computed so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from psychoscore_transformer.sizes import Sizes


class Cache:
    """Keys and values per layer (batch, kv_heads, capacity, size), allocated once; streams may differ in length."""

    def __init__(self, sizes: Sizes, batch: int, capacity: int, device: torch.device) -> None:
        shape = (sizes.layers, batch, sizes.kv_heads, capacity, sizes.head)
        self.keys = torch.empty(shape, device=device)
        self.values = torch.empty(shape, device=device)
        self.capacity, self.lengths, self._reached = capacity, [0] * batch, 0
        self._places: Tensor
        self._mask: Tensor | None = None
        self._start = self._end = 0
        self._even = True

    def place(self, time: int) -> Tensor:
        """Prepare for `time` more rows of every stream; return their positions (batch, time), (1, time) if all equal.

        Raises ValueError when a stream has no room for them.
        """
        self._start, self._end = min(self.lengths), max(self.lengths) + time
        if self._end > self.capacity:
            raise ValueError(f"the state is full: it holds {self.capacity} rows")
        self._even = self._end - time == self._start
        if not self._even and self._end > self._reached:
            # Places that a shorter stream has not written are weighed with 0, and 0 times garbage may be NaN.
            self.values[:, :, :, self._reached : self._end] = 0.0
        self._reached = max(self._reached, self._end)
        device = self.keys.device
        starts = torch.tensor([self._start] if self._even else self.lengths, device=device)
        self._places = starts[:, None] + torch.arange(time, device=device)
        later = torch.arange(self._end, device=device) > self._places[:, :, None]  # (batch or 1, time, end)
        self._mask = None if self._even and time == 1 else later[:, None, None]
        return self._places

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Store keys and values (batch, kv_heads, time, size) and return what q (batch, heads, time, size) finds."""
        keys, values = self.keys[layer], self.values[layer]
        if self._even:
            keys[:, :, self._start : self._end], values[:, :, self._start : self._end] = k, v
        else:
            streams = torch.arange(len(keys), device=keys.device)[:, None]
            keys[streams, :, self._places], values[streams, :, self._places] = k.transpose(1, 2), v.transpose(1, 2)
        batch, heads, time, size = q.shape
        # Heads that share keys stand beside each other, as further rows: one product serves them all.
        rows = q.reshape(batch, k.shape[1], -1, size)
        scores = (rows @ keys[:, :, : self._end].transpose(-1, -2)).mul_(1 / math.sqrt(size))
        if self._mask is not None:
            scores = scores.view(batch, k.shape[1], -1, time, self._end).masked_fill_(self._mask, -torch.inf)
            scores = scores.view(batch, k.shape[1], -1, self._end)
        return (scores.softmax(-1) @ values[:, :, : self._end]).view(batch, heads, time, size)

    def advance(self, time: int) -> None:
        """Count the rows that were just read."""
        self.lengths = [length + time for length in self.lengths]

    def keep(self, streams: Sequence[int]) -> None:
        """Forget all other streams."""
        chosen = torch.tensor(list(streams), device=self.keys.device)
        used = self._reached
        keys, values = self.keys[:, chosen, :, :used], self.values[:, chosen, :, :used]
        self.keys, self.values = self.keys[:, : len(chosen)], self.values[:, : len(chosen)]
        self.keys[:, :, :, :used], self.values[:, :, :, :used] = keys, values
        self.lengths = [self.lengths[stream] for stream in streams]
