"""How far the chords of a piece are from what is wanted: means over half bars, the shape of the tension, the walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import dist, log

from attrs import define, frozen

from psychoscore_rules.chord_names import MINOR_THIRD, Named
from psychoscore_rules.chord_tension import Point, Sound, sound_of, turned
from psychoscore_rules.progressions import WALKS
from psychoscore_rules.scales import Scale
from psychoscore_rules.wants import Wants

DISSONANT, MOVING, STRAINING = 80.0, 100.0, 120.0  # a bar's price of a squared difference of the piece's means
TOO_FOREIGN, TOO_PURE = 800.0, 30.0  # the same of tones outside the scale, above and below what the plan allows
HOME, HOMELESS = 0.3, 80.0  # share of half bars on the tonic, and a bar's price of a squared lack of it
STAYING, RECOLOURED = 0.6, 1.8  # price of the same chord in the next bar, and of another one on the same root
UNUSUAL = 4.0  # price of a step that the mode's walks do not know


@frozen
class Half:
    """A chord in half a bar: its degree (from 1), what it costs there, how it sounds, its centre seen from home.

    foreign: share of its tones outside the scale. named: None where it is given.
    """

    named: Named | None
    degree: int
    cost: float
    sound: Sound
    centre: Point
    foreign: float


Halves = tuple[Half, Half]  # the same twice where a bar has one chord


def half_of(
    tones: tuple[int, ...], scale: Scale, shift: int, *, degree: int, cost: float = 0.0, named: Named | None = None
) -> Half:
    """Return a chord in half a bar; shift: semitones of the scale's tonic above home."""
    sound = sound_of(tones, scale.tonic % 12, scale.intervals[2] == MINOR_THIRD)
    foreign = sum(tone not in scale.pitch_classes for tone in tones) / len(tones)
    return Half(named, degree, cost, sound, turned(sound.centre, shift) if shift else sound.centre, foreign)


@define
class PieceSound:
    """The chords of every bar, and sums over them that make one more change of some bars cheap to judge.

    Bars that are changed together do not stand side by side.
    """

    wants: Wants
    modes: Sequence[str]
    bars: list[Halves]
    diameter: float = 0.0
    strain: float = 0.0
    foreign: float = 0.0
    tension: float = 0.0  # sum of each bar's difference from what is wanted, and of its square
    squares: float = 0.0
    momentum: float = 0.0
    home: int = 0  # half bars on the tonic

    def __attrs_post_init__(self) -> None:
        for bar, halves in enumerate(self.bars):
            self._add(bar, halves, 1)
        line = [half for halves in self.bars for half in halves]
        self.momentum = sum(dist(one.centre, two.centre) for one, two in pairwise(line))

    def lift(self, bars: Iterable[int]) -> None:
        """Take the chords of bars out of the sums; `cost` and `put` are for lifted bars."""
        for bar in bars:
            self._add(bar, self.bars[bar], -1)
            self.momentum -= self._joints(bar, self.bars[bar])[0]

    def put(self, bars: Iterable[int], halves: Halves) -> None:
        """Give lifted bars their chords."""
        for bar in bars:
            self.bars[bar] = halves
            self._add(bar, halves, 1)
            self.momentum += self._joints(bar, halves)[0]

    def cost(self, bars: Sequence[int], halves: Halves) -> float:
        """Return what the piece costs with these chords in the lifted bars, up to what does not depend on them.

        Only the shape of the tension counts: its mean follows from the means of diameter and strain.
        """
        one, two = halves
        count, more = len(self.bars), len(bars)
        mean = (one.sound.tension + two.sound.tension) / 2
        off, squares, momentum, own = self.tension, self.squares, self.momentum, more * (one.cost + two.cost) / 2
        for bar in bars:
            off += mean - self.wants.tensions[bar]
            squares += (mean - self.wants.tensions[bar]) ** 2
            moved, walked = self._joints(bar, halves)
            momentum += moved
            own += walked
        shape = squares - off * off / count
        return own + self.wants.weight * shape + count * self._missed(one, two, more, momentum)

    def _missed(self, one: Half, two: Half, more: int, momentum: float) -> float:
        """Return the price of what the piece's means miss, with two half bars more, so many times."""
        wants, count = self.wants, 2 * len(self.bars)
        diameter = (self.diameter + more * (one.sound.diameter + two.sound.diameter)) / count - wants.dissonance
        strain = (self.strain + more * (one.sound.strain + two.sound.strain)) / count - wants.strain
        foreign = (self.foreign + more * (one.foreign + two.foreign)) / count - wants.foreign
        movement = momentum / count - wants.movement
        strange = (TOO_FOREIGN if foreign > 0 else TOO_PURE) * foreign**2
        homeless = max(0.0, HOME - (self.home + more * ((one.degree == 1) + (two.degree == 1))) / count)
        return DISSONANT * diameter**2 + STRAINING * strain**2 + MOVING * movement**2 + HOMELESS * homeless**2 + strange

    def _add(self, bar: int, halves: Halves, sign: int) -> None:
        one, two = halves
        off = (one.sound.tension + two.sound.tension) / 2 - self.wants.tensions[bar]
        self.diameter += sign * (one.sound.diameter + two.sound.diameter)
        self.strain += sign * (one.sound.strain + two.sound.strain)
        self.foreign += sign * (one.foreign + two.foreign)
        self.home += sign * ((one.degree == 1) + (two.degree == 1))
        self.tension += sign * off
        self.squares += sign * off * off

    def _joints(self, bar: int, halves: Halves) -> tuple[float, float]:
        """Return how far the centre moves into, within and out of a bar, and the price of these steps."""
        one, two = halves
        prices, moved, price = _prices(self.modes[bar]), 0.0, 0.0
        if one is not two:
            moved, price = dist(one.centre, two.centre), prices[one.degree, two.degree]
        if bar:
            before = self.bars[bar - 1][1]
            moved += dist(before.centre, one.centre)
            price += STAYING if before.named == one.named else prices[before.degree, one.degree]
        if bar + 1 < len(self.bars):
            after = self.bars[bar + 1][0]
            moved += dist(two.centre, after.centre)
            price += STAYING if two.named == after.named else prices[two.degree, after.degree]
        return moved, price


@lru_cache(maxsize=16)
def _prices(mode: str) -> Mapping[tuple[int, int], float]:
    """Return the price of every step between degrees (from 1)."""
    prices = {(one, two): RECOLOURED if one == two else UNUSUAL for one in range(1, 8) for two in range(1, 8)}
    for one, ways in WALKS[mode].items():
        total = sum(ways.values())
        prices |= {(one, two): -log(weight / total) for two, weight in ways.items()}
    return prices
