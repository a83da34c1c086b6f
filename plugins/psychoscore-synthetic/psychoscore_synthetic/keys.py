"""The ids of all pairs, made when asked for: ten million of them take no memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from psychoscore_core.errors import DataError

DIGITS = 6  # at least; a longer number stays whole, so that an id never changes with the number of pairs


class Keys(Sequence[str]):
    """The decimal numbers of a range as texts of six digits or more; slices are as lazy."""

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Keys: ...
    def __getitem__(self, index: int | slice) -> str | Keys:
        if isinstance(index, slice):
            return Keys(self.numbers[index])
        return f"{self.numbers[index]:0{DIGITS}d}"

    def __contains__(self, key: object) -> bool:
        # Decimal digits only: int() also reads signs, spaces, underscores and other scripts' digits.
        if not isinstance(key, str) or not (key.isascii() and key.isdigit()) or len(key) > 2 * DIGITS:
            return False
        return int(key) in self.numbers and key == f"{int(key):0{DIGITS}d}"

    def check(self, key: str) -> None:
        """Raise DataError where there is no such pair."""
        if key not in self:
            last = f"{self[0]} to {self[-1]}" if self.numbers else "none at all"
            raise DataError(f"synthetic: there is no pair {key!r:.40}; there are {last}")
