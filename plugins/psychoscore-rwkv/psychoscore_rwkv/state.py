"""What a batch of streams has read, and the arrays that every step writes anew; all (features, batch)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_rwkv.sizes import Sizes

NOTHING = np.float32(-1e38)  # exponent of a state that has read nothing
EPSILON = np.float32(1e-5)  # of every norm
LARGEST = np.float32(60)  # exp(60) outweighs any sum, and its products do not overflow


class Buffers:
    """The arrays of a step; `columns`: (width, batch), and so on."""

    def __init__(self, sizes: Sizes, batch: int) -> None:
        def empty(*shape: int) -> np.ndarray:
            return np.empty((*shape, batch), np.float32)

        self.x, self.normed, self.change, self.added = empty(4, sizes.width)
        self.mean, self.epsilon = empty(1), np.full((1, 1), EPSILON)
        self.averaging = np.full((1, sizes.width), 1 / sizes.width, np.float32)
        self.mixed = empty(3, sizes.width)
        self.keys, self.values, self.gate, self.own, self.top, self.next = empty(6, sizes.attention)
        self.hidden, self.open = empty(sizes.hidden), empty(sizes.width)
        self.logits = empty(sizes.vocabulary)


class State:
    """A batch of streams; its size does not grow.

    rows: (2, layers, width, batch), the normed rows before, of time mixing and of channel mixing. sums: (2, layers,
    channels, batch), numerators and denominators as multiples of exp(top). hidden: (batch, width), the last row behind
    the last norm, zeros before the first.
    """

    def __init__(self, sizes: Sizes, batch: int) -> None:
        self.sizes = sizes
        self.rows = np.zeros((2, sizes.layers, sizes.width, batch), np.float32)
        self.sums = np.zeros((2, sizes.layers, sizes.attention, batch), np.float32)
        self.top = np.full((sizes.layers, sizes.attention, batch), NOTHING)
        self.last = np.zeros((sizes.width, batch), np.float32)
        self.buffers = Buffers(sizes, batch)

    @property
    def batch(self) -> int:
        """Return how many streams there are."""
        return int(self.last.shape[-1])

    @property
    def nbytes(self) -> int:
        """Return the bytes of what the streams have read; the arrays of a step come on top."""
        return self.rows.nbytes + self.sums.nbytes + self.top.nbytes + self.last.nbytes

    @property
    def hidden(self) -> np.ndarray:
        """Return the last hidden row of each stream (batch, width), behind the last norm; a copy."""
        return self.last.T.copy()

    def keep(self, streams: Sequence[int]) -> None:
        """Forget all other streams; a stream may be named more than once."""
        chosen = list(streams)
        self.rows, self.sums = (np.ascontiguousarray(array[..., chosen]) for array in (self.rows, self.sums))
        self.top, self.last = np.ascontiguousarray(self.top[..., chosen]), self.last[:, chosen].copy()
        self.buffers = Buffers(self.sizes, len(chosen))
