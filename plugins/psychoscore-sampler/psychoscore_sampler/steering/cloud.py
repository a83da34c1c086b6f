"""The cloud of pitches that sound in half a bar: how tense it is, and how tense a further one would make it.

Tension is that of `psychoscore_hearing.tension`: cloud diameter and tensile strain (Herremans and Chew 2016) on the
spiral array of Chew (2002). Everything is seen from the key's centre, where the tonic is at place 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from attrs import frozen

from psychoscore_hearing.spiral import APART, LINE, LOWEST, key_centre, spell
from psychoscore_hearing.tension import CALM, DIAMETER, STRAIN, STRAINED
from psychoscore_sampler.steering.bars import GRID, Bar

WIDER = 0.35  # by which passing notes may widen the chord's cloud for nothing: as far as a neighbouring tone does
NEAR = 0.05  # of strain, by which half a bar may miss its goal for nothing
TRUST = 0.9  # share of the plan's tension in what half a bar aims at; the rest is its chord's own
FLAT = 1e-3  # standard deviation of a plan's tension below which the chords alone say what to aim at
TYPICAL = GRID / 2  # length that a note is thought to have before it is drawn, in 24ths of a quarter
FREE = 1.8  # the diameter where no chord is planned: a triad's
CHORD_MASS = 0.5  # of the half bar: how long its chord is thought to have sounded before any note does

_APART: list[list[float]] = APART.tolist()


@frozen(eq=False)
class Goal:
    """What half a bar aims at: a tensile strain, and a cloud not much wider than its chord's.

    start: the chord's centre seen from the key's (3,).
    """

    strain: float
    start: np.ndarray
    diameter: float

    @property
    def tension(self) -> float:
        """Return the weighted sum of diameter and strain."""
        return DIAMETER * self.diameter + STRAIN * self.strain


class Cloud:
    """What sounds in the present half bar."""

    def __init__(self, price: float, bars: Sequence[Bar]) -> None:
        """price: nats that a pitch loses for each unit of tension by which it takes the half bar off its goal."""
        self._price, self._bars, self._goals = price, bars, goals_of(bars)
        self._sounding: list[tuple[int, int]] = []  # end of each note from the piece's beginning, its pitch
        self._here, self._end = (-1, -1), 0
        self._seen = _seen_from(0, False)

    def at(self, bar: int, start: int, onset: int) -> None:
        """Move on to an onset of a bar that starts at a time, in 24ths of a quarter; what still sounds sounds on."""
        length = self._bars[bar].length
        half = int(2 * onset >= length)
        if (bar, half) == self._here:
            return
        self._here, opened = (bar, half), start + half * length // 2
        self._end = start + (half + 1) * length // 2
        self._seen = _seen_from(self._bars[bar].tonic, self._bars[bar].minor)
        goal = self._goals[bar][half]
        self._goal, self._mass = goal.strain, CHORD_MASS * length / 2
        self._sum = tuple((self._mass * goal.start).tolist())
        # The squared length of the sum, had each place (12,) a note of typical length more, less the sum's own.
        self._beside: list[float] = (self._seen.norms + self._mass * (self._seen.pulls @ goal.start)).tolist()
        self._widest = goal.diameter + WIDER
        self._far = [0.0] * 12  # of each place: its largest distance from those that sound
        self._sounding = [(end, pitch) for end, pitch in self._sounding if end > opened]
        for end, pitch in self._sounding:
            self._add(pitch, min(end, self._end) - opened)

    def note(self, onset: int, end: int, pitch: int) -> None:
        """Note a note, from and to a time."""
        self._sounding.append((end, pitch))
        self._add(pitch, min(end, self._end) - onset)

    def weights(self, share: float = 1.0) -> np.ndarray:
        """Return what each pitch (128,) weighs for taking the half bar off its goal, or nearer to it, times a share."""
        mass, goal, widest, price = self._mass + TYPICAL, self._goal, self._widest, -self._price * share
        x, y, z = self._sum
        square, by_place = x * x + y * y + z * z, []
        for beside, far in zip(self._beside, self._far, strict=True):  # a dozen: NumPy would take twice as long
            length = beside + square
            off = abs(math.sqrt(length) / mass - goal if length > 0 else goal) - NEAR
            tension = STRAIN * off if off > 0 else 0.0
            if far > widest:
                tension += DIAMETER * (far - widest)
            by_place.append(price * tension)
        return np.array(by_place)[self._seen.places]

    def _add(self, pitch: int, length: int) -> None:
        place = self._seen.place_of[pitch]
        (x, y, z), (a, b, c) = self._sum, self._seen.line[place]
        self._sum = x + length * a, y + length * b, z + length * c
        self._beside = [
            so_far + length * more for so_far, more in zip(self._beside, self._seen.angles[place], strict=True)
        ]
        self._mass += length
        self._widest = max(self._widest, self._far[place])
        self._far = list(map(max, self._far, _APART[place]))


def goals_of(bars: Sequence[Bar]) -> list[tuple[Goal, Goal]]:
    """Return what both halves of every bar aim at: as tense as their chords, moved towards the plan's own curve.

    The curve is laid over the chords' tensions by regression, so that their mean and spread stay; where no chord is
    planned, 0 and 1 are those of `harmonic_tension`.
    """
    chords = [[_chord_goal(bar, half) for half in (0, 1)] for bar in bars]
    own = np.array([[goal.tension for goal in halves] for halves in chords])
    asked = np.array([bar.plan.tension for bar in bars])
    moves = np.zeros_like(own)
    if asked.std() > FLAT:
        slope = float(np.cov(asked, own.mean(axis=1), bias=True)[0, 1] / asked.var())
        curve = own.mean() + max(slope, 0.0) * (asked - asked.mean())
        moves = TRUST * (curve[:, None] - own) / STRAIN
    return [
        (_moved(one, by_one), _moved(two, by_two))
        for (by_one, by_two), (one, two) in zip(moves.tolist(), chords, strict=True)
    ]


def _moved(goal: Goal, by: float) -> Goal:
    return Goal(max(0.0, goal.strain + by), goal.start, goal.diameter)


def _chord_goal(bar: Bar, half: int) -> Goal:
    chord = bar.chord(half * bar.length // 2)
    if chord is not None:
        return _goal_of(chord, bar.tonic, bar.minor)
    tension = CALM + bar.plan.tension * (STRAINED - CALM)
    return Goal(max(0.0, tension - DIAMETER * FREE) / STRAIN, np.zeros(3), FREE)


@lru_cache(maxsize=1024)
def _goal_of(chord: frozenset[int], tonic: int, minor: bool) -> Goal:
    seen = _seen_from(tonic, minor)
    places = seen.places[list(chord)]
    centre, diameter = np.array(seen.line)[places].mean(axis=0), float(APART[np.ix_(places, places)].max())
    return Goal(float(np.linalg.norm(centre)), centre, diameter)


class Seen(NamedTuple):
    """What is seen from a key's centre, with T a note's typical length.

    places: every MIDI pitch's place as an index (128,), place_of: the same as a list. line: where each of the 12 places
    lies. pulls: 2 T times that (12, 3). norms: the squared length of each, times T squared (12,). angles: of each two
    places, 2 T times their product.
    """

    places: np.ndarray
    place_of: list[int]
    line: list[tuple[float, float, float]]
    pulls: np.ndarray
    norms: np.ndarray
    angles: list[list[float]]


@cache
def _seen_from(tonic: int, minor: bool) -> Seen:
    line = LINE - key_centre(0.0, minor)
    places = np.asarray(spell(np.arange(128) % 12, tonic)) - LOWEST
    pulls = 2 * TYPICAL * line
    norms = TYPICAL * TYPICAL * np.square(line).sum(axis=1)
    points = [(x, y, z) for x, y, z in line.tolist()]
    return Seen(places, places.tolist(), points, pulls, norms, (pulls @ line.T).tolist())
