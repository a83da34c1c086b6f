"""What is made of an array once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

MOST = 256  # arrays whose makings are kept
T = TypeVar("T")


class Kept(Generic[T]):
    """Makes something of an array; the same object gives the same thing again."""

    def __init__(self, make: Callable[[np.ndarray], T]) -> None:
        self._make = make
        self._known: dict[int, tuple[np.ndarray, T]] = {}  # holds the arrays, so that no other has their id

    def of(self, array: np.ndarray) -> T:
        """Return what is made of an array, which must not change."""
        known = self._known.get(id(array))
        if known is None:
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[id(array)] = array, self._make(array)
        return known[1]
