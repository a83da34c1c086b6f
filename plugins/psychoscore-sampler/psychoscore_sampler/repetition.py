"""Repetition control: a passage that is being played again literally costs more the longer it goes on.

A penalty on recent tokens would punish what music must repeat at every step (positions, durations, velocities),
and the sampler does not know which tokens those are. So what counts is not the token but the passage: where the
last rows equal rows further back, row by row, the token that would go on with the copy loses likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Repetition:
    """The rows of one stream, and for each of them how long a passage ending there equals the stream's end."""

    def __init__(self, penalty: float, length: int, window: int) -> None:
        self._penalty, self._length, self._window = penalty, length, window
        self._names: dict[tuple[int, ...], int] = {}
        self._rows: list[tuple[int, ...]] = []  # the distinct rows, by their number
        self._past = np.zeros(0, dtype=np.int64)  # the last rows of the stream, as numbers
        self._runs = np.zeros(0, dtype=np.int64)  # rows that agree backwards from that row and from the last one

    def push(self, row: tuple[int, ...]) -> None:
        """Take the row that was drawn."""
        number = self._names.setdefault(row, len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
        before = np.concatenate([[0], self._runs])[: self._past.size]
        self._runs = np.where(self._past == number, before + 1, 0)[-self._window + 1 :]
        self._past = np.append(self._past, number)[-self._window :]

    def costs(self, partial: Sequence[int]) -> dict[int, float]:
        """Return what going on with a copy costs each id that does: penalty x run / length; partial: ids before it."""
        costs: dict[int, float] = {}
        for place in np.flatnonzero(self._runs >= self._length).tolist():
            row = self._rows[self._past[place + 1]]
            if row[: len(partial)] == tuple(partial):
                cost = self._penalty * float(self._runs[place]) / self._length
                costs[row[len(partial)]] = max(cost, costs.get(row[len(partial)], 0.0))
        return costs
