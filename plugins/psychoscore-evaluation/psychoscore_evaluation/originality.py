"""Originality: the longest run of notes that a piece shares with the music that a model has seen, in any key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen

from psychoscore_evaluation.note_order import tokens_of
from psychoscore_hearing.music import hear

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MAX_NOTES = 1_500_000  # of the corpus; further pieces are left out, and counted
LONGEST = 1024  # notes; longer runs are reported as this
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2^64
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))

Order = Literal["all", "skyline"]
ORDERS: tuple[Order, ...] = ("all", "skyline")


@frozen(kw_only=True)
class Run:
    """The longest run of notes that a piece shares with the corpus: notes, the piece it is in, notes of the query."""

    notes: int
    source: str
    of: int

    @property
    def share(self) -> float:
        """Return the share of the query's notes that the run covers."""
        return self.notes / self.of if self.of else 0.0


class Corpus:
    """Pieces as one array of (interval, inter-onset) tokens, to look for common runs in.

    Exact: windows are compared by a rolling hash, and what the hash calls equal is compared token by token.
    Memory: about 60 bytes a note, and MAX_NOTES at most; `left_out` counts pieces beyond.
    """

    def __init__(self, pieces: Mapping[str, Score], order: Order, max_notes: int = MAX_NOTES) -> None:
        self.order, self.names, self.left_out = order, list[str](), 0
        parts, starts, size = [], [], 0
        for number, (name, score) in enumerate(pieces.items()):
            tokens = tokens_of(hear(score), order)
            if size + len(tokens) + 1 > max_notes:
                self.left_out += 1
                continue
            self.names.append(name)
            starts.append(size)
            parts += [tokens, np.array([-1 - number], np.int64)]  # a token of its own ends every piece
            size += len(tokens) + 1
        self.tokens = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        self.starts = np.array(starts, dtype=np.int64)
        self._hashes = _Hashes(self.tokens)

    def longest_runs(self, scores: Sequence[Score], max_bars: int = 4096) -> list[Run]:
        """Return the longest common run of every score; 0 notes where there is none."""
        queries = [tokens_of(hear(score, max_bars=max_bars), self.order) for score in scores]
        hashes = [_Hashes(query) for query in queries]
        low = [0] * len(queries)  # tokens that are known to be shared
        high = [min(len(query), LONGEST - 1) for query in queries]
        place = [-1] * len(queries)
        while open_ := [i for i in range(len(queries)) if low[i] < high[i]]:
            middle = [(low[i] + high[i] + 1) // 2 for i in open_]
            for length in sorted(set(middle)):  # one table of the corpus's windows serves every query of this length
                chosen = [i for i, m in zip(open_, middle, strict=True) if m == length]
                for i, found in zip(chosen, self._find(length, chosen, queries, hashes), strict=True):
                    if found >= 0:
                        low[i], place[i] = length, found
                    else:
                        high[i] = length - 1
        return [
            self._run(*found, len(query)) for found, query in zip(zip(low, place, strict=True), queries, strict=True)
        ]

    def _find(
        self, length: int, chosen: Sequence[int], queries: Sequence[np.ndarray], hashes: Sequence[_Hashes]
    ) -> list[int]:
        """Return where in the corpus a window of each chosen query is found, -1 for nowhere."""
        if length > len(self.tokens):
            return [-1] * len(chosen)
        windows = self._hashes.windows(length)
        order = np.argsort(windows, kind="stable")
        windows = windows[order]
        found = []
        for i in chosen:
            wanted = hashes[i].windows(length)
            at = np.searchsorted(windows, wanted)
            hits = np.flatnonzero((at < len(windows)) & (windows[np.minimum(at, len(windows) - 1)] == wanted))
            matches = ((hit, int(order[at[hit]])) for hit in hits.tolist())
            found.append(next((place for hit, place in matches if self._same(queries[i], hit, place, length)), -1))
        return found

    def _same(self, query: np.ndarray, hit: int, place: int, length: int) -> bool:
        """Compare the windows themselves: two of one hash may differ."""
        return np.array_equal(query[hit : hit + length], self.tokens[place : place + length])

    def _run(self, length: int, place: int, tokens: int) -> Run:
        notes = tokens + 1 if tokens else 0
        if not length:
            return Run(notes=0, source="", of=notes)
        source = self.names[int(np.searchsorted(self.starts, place, side="right")) - 1]
        return Run(notes=length + 1, source=source, of=notes)


class _Hashes:
    """Hashes of every window of an array of whole numbers, modulo 2^64, in time that does not depend on the length."""

    def __init__(self, tokens: np.ndarray) -> None:
        mixed = _mixed(tokens.astype(np.uint64))
        self.size = len(tokens)
        self.sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed * _powers(_BASE, self.size))])

    def windows(self, length: int) -> np.ndarray:
        """Return the hash of each window (windows,)."""
        count = max(0, self.size - length + 1)
        return (self.sums[length : length + count] - self.sums[:count]) * _powers(_INVERSE, count)


def _powers(base: np.uint64, count: int) -> np.ndarray:
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers)


def _mixed(values: np.ndarray) -> np.ndarray:
    """Return each number scattered over 64 bits (splitmix64's finaliser)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
