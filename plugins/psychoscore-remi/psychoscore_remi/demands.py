"""What a token asks of the state that it follows, found by walking the run of events that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from attrs import define, field

from psychoscore_remi.events import DRUMS, Kind

_SOUND = frozenset({Kind.PROGRAM, Kind.PITCH, Kind.DRUM})
_DONE = frozenset({Kind.POSITION, Kind.BAR, Kind.END})
START = Kind.SPECIAL  # the kind before the first event
FOLLOWS: dict[Kind, frozenset[Kind]] = {
    START: frozenset({Kind.BAR}),
    Kind.BAR: frozenset({Kind.SIGNATURE}),
    Kind.SIGNATURE: _DONE,
    Kind.POSITION: _SOUND | {Kind.TEMPO, Kind.CHORD},
    Kind.TEMPO: _SOUND | _DONE | {Kind.CHORD},
    Kind.CHORD: _SOUND,
    Kind.PROGRAM: frozenset({Kind.PITCH, Kind.DRUM}),
    Kind.PITCH: frozenset({Kind.VELOCITY}),
    Kind.DRUM: frozenset({Kind.VELOCITY}),
    Kind.VELOCITY: frozenset({Kind.DURATION}),
    Kind.DURATION: _SOUND | _DONE,
    Kind.END: frozenset(),
}
# Every piece opens with its signature and, at its first position, its tempo.
OPENING = (Kind.BAR, Kind.SIGNATURE, Kind.POSITION, Kind.TEMPO)
FREE = 1 << 20  # above every position and pitch: asks nothing


class Relation(IntEnum):
    """How a run's first instrument must relate to the one before it.

    At one position the instruments rise, so after a note the next one is HIGHER; where the position has no
    note yet, any OTHER will do. Where the run begins with the instrument, the state before decides: BY_STATE.
    """

    ANY = 0
    OTHER = 1
    HIGHER = 2
    BY_STATE = 3


@define
class Demand:
    """What one token's run asks of the state before it.

    sound: the run is legal in itself. first_position: must lie after the state's. top_position: must lie inside
    the state's bar. first_pitch: must lie above the last one at the state's position. tuned: 1 wants a tuned
    instrument, 0 drums, -1 either. program: the first instrument named, and its `relation` to the state's.
    """

    sound: bool = True
    first_position: int = FREE
    top_position: int = -1
    first_pitch: int = FREE
    tuned: int = -1
    program: int = -1
    relation: Relation = Relation.ANY


def demand_of(run: Sequence[tuple[int, int]], slots: Sequence[int]) -> Demand:
    """Return what a run of (kind, value) events asks; `slots` are the positions in a bar of each signature."""
    walk = _Walk()
    for kind, value in run:
        if kind == Kind.SPECIAL or (walk.kind is not None and kind not in FOLLOWS[Kind(walk.kind)]):
            return Demand(sound=False)
        walk.take(kind, value, slots)
    return walk.demand


def goes_on(run: Sequence[tuple[int, int]], opened: int) -> bool:
    """Say whether a run continues the opening after its first `opened` events; the opening's position is 0."""
    wanted = zip(OPENING[opened:], run, strict=False)
    return all(kind == want and (want != Kind.POSITION or value == 0) for want, (kind, value) in wanted)


@define
class _Walk:
    """The state along a run; None is what the run does not tell, because it was so before."""

    demand: Demand = field(factory=Demand)
    kind: int | None = None
    position: int | None = None
    slots: int | None = None
    rank: int | None = None
    pitch: int | None = None

    def take(self, kind: int, value: int, slots: Sequence[int]) -> None:
        if kind == Kind.BAR:
            self.position, self.slots = -1, None
        elif kind == Kind.SIGNATURE:
            self.position, self.slots = -1, slots[value]
        elif kind == Kind.POSITION:
            self._move(value)
        elif kind == Kind.PROGRAM:
            self._play(value)
        elif kind in (Kind.PITCH, Kind.DRUM):
            self._strike(int(kind == Kind.PITCH), value)
        self.kind = kind

    def _move(self, position: int) -> None:
        if self.position is None:
            self.demand.first_position = position
        if self.slots is None:
            self.demand.top_position = max(self.demand.top_position, position)
        self._need(
            (self.position is None or position > self.position) and (self.slots is None or position < self.slots)
        )
        self.position, self.pitch = position, -1

    def _play(self, rank: int) -> None:
        higher = self.kind == Kind.DURATION
        if self.rank is None:
            self.demand.program = rank
            self.demand.relation = Relation.HIGHER if higher else Relation.OTHER
            if self.kind is None:
                self.demand.relation = Relation.BY_STATE
        else:
            self._need(rank > self.rank if higher else rank != self.rank)
        self.rank, self.pitch = rank, -1

    def _strike(self, tuned: int, pitch: int) -> None:
        if self.rank is None:
            self._need(self.demand.tuned in (-1, tuned))
            self.demand.tuned = tuned
        else:
            self._need(tuned == int(self.rank > DRUMS))
        if self.pitch is None:
            self.demand.first_pitch = pitch
        self._need(self.pitch is None or pitch > self.pitch)
        self.pitch = pitch

    def _need(self, condition: bool) -> None:
        self.demand.sound = self.demand.sound and condition
