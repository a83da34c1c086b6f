"""The way out of a bar that has grown too long, for grammars that do not show one themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np


class Exits:
    """Finds rows that move a stream on to its next bar or end, knowing nothing but masks and what happened.

    A row that has moved the stream on before is taken again where it is allowed. Otherwise each place in a row
    (the family and the ids before it) takes its least tried token: every token that stays allowed is tried in time,
    so a stream whose grammar has an end in reach gets there.
    """

    def __init__(self) -> None:
        self._known: set[tuple[int, ...]] = set()
        self._tried: dict[tuple[int, ...], dict[int, int]] = defaultdict(dict)

    def learn(self, row: tuple[int, ...]) -> None:
        """Note a row that moved the stream on."""
        self._known.add(row)

    def narrow(self, mask: np.ndarray, partial: Sequence[int]) -> np.ndarray:
        """Return a mask of the allowed tokens that are worth trying, at least one of them."""
        start, place = tuple(partial), len(partial)
        ids = [row[place] for row in self._known if row[:place] == start and mask[row[place]]]
        if not ids:
            ids = [self._least_tried(start, np.flatnonzero(mask))]
        narrow = np.zeros_like(mask)
        narrow[ids] = True
        return narrow

    def _least_tried(self, start: tuple[int, ...], ids: np.ndarray) -> int:
        tried = self._tried[start]
        token = min(ids.tolist(), key=lambda i: tried.get(i, 0))
        tried[token] = tried.get(token, 0) + 1
        return token
