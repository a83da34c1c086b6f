"""The order of training: which windows make up micro-batch number n, a pure function of the seed and n."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Protocol

import numpy as np

from psychoscore_core.records import Training
from psychoscore_training.data import Prepared
from psychoscore_training.windows import Window, WindowTable, window_table

BUCKET = 64  # batches among which windows are sorted by length

Guide = Callable[[np.ndarray, np.ndarray, int], Iterator[int] | None]


class Order(Protocol):
    """An endless sequence of micro-batches, each reachable from its number alone."""

    def windows(self, number: int) -> list[Window]:
        """Return the windows of micro-batch `number`."""


class ShuffledOrder:
    """Every window once an epoch, in batches of nearly equal length."""

    def __init__(self, table: WindowTable, batch_size: int, seed: int) -> None:
        self.table, self.batch_size, self.seed = table, batch_size, seed
        self.batches = -(-len(table.example) // batch_size)
        self._epoch: tuple[int, np.ndarray, np.ndarray] | None = None

    def windows(self, number: int) -> list[Window]:
        """Return the windows of micro-batch `number`; the last one of an epoch is filled up from its first."""
        epoch, index = divmod(number, self.batches)
        if self._epoch is None or self._epoch[0] != epoch:
            self._epoch = (epoch, *self._shuffled(epoch))
        _, batches, jitter = self._epoch
        return [self.table.window(int(i), float(jitter[i])) for i in batches[index]]

    def _shuffled(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng([self.seed, epoch])
        count = len(self.table.example)
        jitter = random.random(count)
        order = np.resize(random.permutation(count), self.batches * self.batch_size)
        span = BUCKET * self.batch_size
        lengths = self.table.lengths
        parts = [order[i : i + span] for i in range(0, len(order), span)]
        grouped = np.concatenate([part[np.argsort(lengths[part], kind="stable")] for part in parts])
        return random.permutation(grouped.reshape(self.batches, self.batch_size)), jitter


class GuidedOrder:
    """Examples in the order that a loss asks for, each with one of its windows at random."""

    def __init__(self, table: WindowTable, batch_size: int, seed: int, guide: Callable[[], Iterator[int]]) -> None:
        self.table, self.batch_size, self.seed, self.guide = table, batch_size, seed, guide
        self.first = np.flatnonzero(table.ordinal == 0)
        self.counts = np.diff([*self.first, len(table.ordinal)])
        self._iterator, self._position = guide(), 0

    def windows(self, number: int) -> list[Window]:
        """Return the windows of micro-batch `number`; going back starts the guide afresh."""
        if number < self._position:
            self._iterator, self._position = self.guide(), 0
        skipped = (number - self._position) * self.batch_size
        examples = list(islice(self._iterator, skipped, skipped + self.batch_size))
        self._position = number + 1
        draws = np.random.default_rng([self.seed, number, 1]).random((self.batch_size, 2))
        return [self._window(i, *draw) for i, draw in zip(examples, draws, strict=True)]

    def _window(self, example: int, which: float, jitter: float) -> Window:
        return self.table.window(int(self.first[example] + int(which * self.counts[example])), jitter)


def training_order(data: Prepared, losses: list[Any], training: Training) -> Order:
    """Return the order of the train split; the first loss that has an `order` and does not decline it leads."""
    examples = data.split("train")
    table = window_table(data, examples, training.context)
    vectors, groups = data.vectors[examples], data.groups[examples]
    for loss in losses:
        guide: Guide | None = getattr(loss, "order", None)
        if guide is not None and guide(vectors, groups, training.seed) is not None:
            return GuidedOrder(
                table, training.batch_size, training.seed, lambda g=guide: g(vectors, groups, training.seed)
            )
    return ShuffledOrder(table, training.batch_size, training.seed)
