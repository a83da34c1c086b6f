"""What each token means as music: its kind and a number, and the base events that a merged token stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cached_property

import numpy as np
from attrs import frozen


class Kind(IntEnum):
    """The kinds of event; the kind of the last event alone says which kinds may follow."""

    SPECIAL = 0
    BAR = 1
    SIGNATURE = 2
    POSITION = 3
    TEMPO = 4
    CHORD = 5
    PROGRAM = 6
    PITCH = 7
    DRUM = 8
    VELOCITY = 9
    DURATION = 10
    END = 11


KINDS = {
    "Bar": Kind.BAR,
    "TimeSig": Kind.SIGNATURE,
    "Position": Kind.POSITION,
    "Tempo": Kind.TEMPO,
    "Chord": Kind.CHORD,
    "Program": Kind.PROGRAM,
    "Pitch": Kind.PITCH,
    "PitchDrum": Kind.DRUM,
    "Velocity": Kind.VELOCITY,
    "Duration": Kind.DURATION,
}
# Kinds whose value is the token's rank among its kind, an index into a table of the grid.
_INDEXED = (Kind.SIGNATURE, Kind.TEMPO, Kind.CHORD, Kind.DURATION)
DRUMS = 0  # the rank of drums; MIDI program p has rank p + 1, so that drums come first
PIANO = 1


@frozen(eq=False)
class Events:
    """The events behind token ids: `kind` and `value` per base id, and each id's base ids as flat runs.

    Id i stands for `flat[starts[i]:starts[i + 1]]`, a base id for itself.
    """

    kind: np.ndarray  # (base ids,) int16
    value: np.ndarray  # (base ids,) int32
    flat: np.ndarray  # (all runs,) int32
    starts: np.ndarray  # (ids + 1,) int64

    @property
    def size(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def bars(self) -> np.ndarray:
        """Bars that each id begins (ids,)."""
        return self._count(self.kind == Kind.BAR)

    @cached_property
    def notes(self) -> np.ndarray:
        """Notes that each id begins (ids,)."""
        return self._count((self.kind == Kind.PITCH) | (self.kind == Kind.DRUM))

    @cached_property
    def opens_bar(self) -> np.ndarray:
        """Whether each id's first event is a bar (ids,)."""
        return self.kind[self.flat[self.starts[:-1]]] == Kind.BAR

    def _count(self, of_base: np.ndarray) -> np.ndarray:
        return np.add.reduceat(of_base[self.flat].astype(np.int32), self.starts[:-1])

    def run(self, token: int) -> list[tuple[int, int]]:
        """Return the (kind, value) pairs that one id stands for."""
        base = self.flat[self.starts[token] : self.starts[token + 1]]
        return list(zip(self.kind[base].tolist(), self.value[base].tolist(), strict=True))

    def expand(self, ids: np.ndarray) -> np.ndarray:
        """Return the base ids that the ids stand for, in order."""
        lengths = self.starts[ids + 1] - self.starts[ids]
        ends = np.cumsum(lengths)
        if not len(ends):
            return np.zeros(0, np.int32)
        return self.flat[np.arange(ends[-1]) + np.repeat(self.starts[ids] - (ends - lengths), lengths)]


def read_events(base: Mapping[str, int], specials: int, eos: int, merges: Sequence[Sequence[int]]) -> Events:
    """Return the events of a MidiTok vocabulary.

    base: token text -> id, ids 0 to n - 1. specials: number of special ids, which come first.
    merges: the base ids of each id from n on.
    """
    kind = np.zeros(len(base), np.int16)
    value = np.zeros(len(base), np.int32)
    ranks = dict.fromkeys(_INDEXED, 0)
    for text, token in sorted(base.items(), key=lambda item: item[1])[specials:]:
        name, _, detail = text.partition("_")
        kind[token] = KINDS[name]
        value[token] = _value(KINDS[name], detail, ranks)
    kind[eos] = Kind.END
    runs: list[Sequence[int]] = [*([token] for token in range(len(base))), *merges]
    starts = np.concatenate([[0], np.cumsum([len(run) for run in runs])])
    return Events(kind, value, np.array([token for run in runs for token in run], np.int32), starts)


def _value(kind: Kind, detail: str, ranks: dict[Kind, int]) -> int:
    if kind in ranks:
        ranks[kind] += 1
        return ranks[kind] - 1
    if kind == Kind.BAR:
        return 0
    return int(detail) + 1 if kind == Kind.PROGRAM else int(detail)
