"""The grammar: the state of one token stream, and which tokens keep it decodable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_remi.demands import OPENING
from psychoscore_remi.events import Kind
from psychoscore_remi.meanings import Meanings
from psychoscore_remi.rules import Rules, State

# after these, the tokens allowed depend on nothing else, as long as no token is a merged run
_FIXED = {kind: State(kind=kind, opened=len(OPENING)) for kind in (Kind.PITCH, Kind.DRUM, Kind.VELOCITY)}
# what leads out of a bar, the soonest first: leave it, else finish the note at hand, else begin one
_WAY_OUT = ((Kind.BAR, Kind.END), (Kind.DURATION,), (Kind.VELOCITY,), (Kind.PITCH, Kind.DRUM), (Kind.PROGRAM,))


class RemiGrammar:
    """A stream from its first music token on: [bar signature (position [tempo] [chord] notes)*]* end.

    A note is [program] pitch velocity duration; positions rise within a bar, programs and pitches at a position.
    bars: the end is allowed in the last of so many bars. planned: the only (signature, tempo) that may be named.
    """

    def __init__(
        self,
        rules: Rules,
        meanings: Meanings,
        names: Sequence[str],
        bars: int | None = None,
        planned: tuple[int, int] | None = None,
    ) -> None:
        if bars is not None and bars < 1:
            raise ValueError(f"a piece has at least one bar, not {bars}")
        self.finished = False
        self._rules, self._meanings, self._names = rules, meanings, names
        self._bars, self._planned = bars, planned
        self._state = State()
        self._begun = 0  # bars begun
        self._velocity = 0  # of the note at hand
        self._sounded: Sounded | None = None

    @property
    def bar(self) -> int:
        """Index of the bar that the next row falls into, 0 before the first bar."""
        return max(self._begun - 1, 0)

    def mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return a shared read-only bool array (ids,) of the tokens that may follow; after the end, only the end."""
        if self.finished:
            return self._rules.only_end
        if self._rules.plain and self._state.kind in _FIXED:
            return self._rules.mask(_FIXED[self._state.kind], -1, None)
        left = -1 if self._bars is None else min(self._bars - self._begun, self._rules.most_bars)
        return self._rules.mask(self._state, left, self._planned)

    def closing_mask(self, family: int = 0, partial: Sequence[int] = ()) -> np.ndarray:
        """Return those of the allowed tokens (ids,) that lead out of the bar soonest: at least one is True."""
        mask = self.mask(family, partial)
        ways = (mask & self._rules.begins_with(kinds) for kinds in _WAY_OUT)
        return next((way for way in ways if way.any()), mask)

    def push(self, row: Sequence[int]) -> None:
        """Take one row; raises ValueError on a row that the mask forbids, and leaves the state as it was."""
        token = int(row[0])
        if not 0 <= token < len(self._names):
            raise ValueError(f"token {token} is not in the vocabulary of {len(self._names)} tokens")
        if self.finished or not self.mask()[token]:
            raise ValueError(f"token {self._names[token]!r} cannot follow here, in bar {self.bar}")
        self._sounded = None
        for kind, value in self._rules.runs[token]:
            self._take(kind, value)

    def meaning(self, family: int = 0, partial: Sequence[int] = ()) -> Meaning:
        """Return what the next row decides and what the ids mean for it; nothing where there are merged tokens."""
        return self._meanings.after(self._state)

    def sounded(self) -> Sounded | None:
        """Return the note that the last row completed, or None; never one where there are merged tokens."""
        return self._sounded

    def _take(self, kind: int, value: int) -> None:
        _, opened, position, signature, pitch, rank = self._state
        if kind in (Kind.PITCH, Kind.DRUM):
            pitch = value
        elif kind == Kind.POSITION:
            position, pitch = value, -1
        elif kind == Kind.BAR:
            self._begun += 1
            position = pitch = -1
        elif kind == Kind.SIGNATURE:
            signature = value
        elif kind == Kind.PROGRAM:
            rank, pitch = value, -1
        elif kind == Kind.VELOCITY:
            self._velocity = value
        elif kind == Kind.DURATION:
            self._sounded = self._meanings.sounded(self._state, self._velocity, value)
        elif kind == Kind.END:
            self.finished = True
        self._state = State(kind, min(opened + 1, len(OPENING)), position, signature, pitch, rank)
