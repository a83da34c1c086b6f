"""The grammar: the state of one token stream, and which tokens keep it decodable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_remi.demands import START
from psychoscore_remi.events import Kind
from psychoscore_remi.rules import Rules

# after these, the tokens allowed depend on nothing else, as long as no token is a merged run
_FIXED = frozenset({Kind.BAR, Kind.PITCH, Kind.DRUM, Kind.VELOCITY})


class RemiGrammar:
    """A stream from its first music token on; it knows bar, position, instrument and pitch of the last event."""

    def __init__(self, rules: Rules, names: Sequence[str], bars: int | None = None) -> None:
        if bars is not None and bars < 1:
            raise ValueError(f"a piece has at least one bar, not {bars}")
        self.finished = False
        self._rules, self._names, self._bars = rules, names, bars
        self._kind: int = START
        self._begun = 0  # bars begun
        self._position = self._pitch = self._rank = -1
        self._signature = 0

    @property
    def bar(self) -> int:
        """Index of the bar that the next row falls into, 0 before the first bar."""
        return max(self._begun - 1, 0)

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a shared read-only bool array (ids,) of the tokens that may follow; after the end, only the end."""
        if self.finished:
            return self._rules.only_end
        if self._rules.plain and self._kind in _FIXED:
            return self._rules.mask(self._kind, -1, 0, -1, -1, -1)
        left = -1 if self._bars is None else self._bars - self._begun
        return self._rules.mask(
            self._kind, self._position, self._signature, self._pitch, self._rank, min(left, self._rules.most_bars)
        )

    def push(self, row: Sequence[int]) -> None:
        """Take one row; raises ValueError on a row that the mask forbids, and leaves the state as it was."""
        token = int(row[0])
        if not 0 <= token < len(self._names):
            raise ValueError(f"token {token} is not in the vocabulary of {len(self._names)} tokens")
        if self.finished or not self.mask()[token]:
            raise ValueError(f"token {self._names[token]!r} cannot follow here, in bar {self.bar}")
        for kind, value in self._rules.runs[token]:
            self._take(kind, value)

    def _take(self, kind: int, value: int) -> None:
        if kind in (Kind.PITCH, Kind.DRUM):
            self._pitch = value
        elif kind == Kind.POSITION:
            self._position, self._pitch = value, -1
        elif kind == Kind.BAR:
            self._begun += 1
            self._position = self._pitch = -1
        elif kind == Kind.SIGNATURE:
            self._signature = value
        elif kind == Kind.PROGRAM:
            self._rank, self._pitch = value, -1
        elif kind == Kind.END:
            self.finished = True
        self._kind = kind
