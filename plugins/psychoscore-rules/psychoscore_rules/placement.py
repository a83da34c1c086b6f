"""Placement: a motif finds its pitches over a bar's chords, near the last note, with its strong notes in tune.

Every anchor in the voice's window is tried. Strong notes go to the nearest chord tone, weak ones follow them, and the
version that bends the motif least, joins best and comes closest to where the phrase is heading is the likeliest.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

from attrs import frozen

from psychoscore_rules.motif import Motif
from psychoscore_rules.scales import Chord

JOIN = (0.6, 0.0, 0.4, 1.2, 1.8, 2.8, 4.0, 5.0)  # cost of an interval of 0, 1, 2 ... steps between two bars
LEAP = (0.2, 0.0, 0.25, 0.6, 0.8, 1.6, 2.5, 3.0)  # the same within a bar


@frozen(kw_only=True)
class Wish:
    """What a bar of melody should be like, in scale steps.

    previous: the step sung last, or None. middle: where the line should lie. anchor: where the motif's first note
    is expected (a sequence, a return), or None. rest: the step that the next bar comes to rest on, which the last
    note should lie a step from, or None. leaps: 0 shy of them to 1 fond. low, high: the voice's
    window.
    """

    previous: int | None
    middle: float
    anchor: int | None
    rest: int | None
    leaps: float
    low: int
    high: int


def place(
    motif: Motif, chord_at: Callable[[int], Chord], strong: Sequence[int], wish: Wish, rng: random.Random, heat: float
) -> list[int]:
    """Return one scale step per note of the motif; heat sets how far from the best version the choice may stray."""
    chords = [chord_at(_hearing(start, length, strong)) for start, length in motif.rhythm]
    weighty = [_hearing(start, length, strong) in strong for start, length in motif.rhythm]
    versions = []
    for anchor in range(wish.low, wish.high + 1):
        steps = _settled([anchor + offset for offset in motif.contour], chords, weighty)
        versions.append((_cost(steps, motif, anchor, wish), steps))
    best = min(cost for cost, _ in versions)
    weights = [math.exp(-(cost - best) / (0.35 * heat)) for cost, _ in versions]
    return rng.choices([steps for _, steps in versions], weights)[0]


def _hearing(start: int, length: int, strong: Sequence[int]) -> int:
    """Return the step at which a note is weighed: the strong beat that it covers, or its onset."""
    return next((beat for beat in strong if start <= beat < start + length), start)


def _settled(steps: list[int], chords: Sequence[Chord], weighty: Sequence[bool]) -> list[int]:
    shift = 0
    for index, step in enumerate(steps):
        if weighty[index]:
            rising = index == 0 or step >= steps[index - 1]
            shift = chords[index].nearest(step, rising) - step
        steps[index] = step + shift
    for index, step in enumerate(steps):  # a dissonance wants a step on either side, or it is no passing note
        if weighty[index] or chords[index].has(step):
            continue
        around = steps[max(0, index - 1) : index + 2]
        if any(abs(step - other) > 1 for other in around) or index == len(steps) - 1:
            steps[index] = chords[index].nearest(step, index == 0 or step >= steps[index - 1])
    return steps


def _cost(steps: list[int], motif: Motif, anchor: int, wish: Wish) -> float:
    bent = sum(abs(step - anchor - offset) for step, offset in zip(steps, motif.contour, strict=True))
    cost = 0.5 * bent + 0.45 * abs(sum(steps) / len(steps) - wish.middle)
    shyness = 1.4 - 1.2 * wish.leaps
    cost += shyness * sum(LEAP[min(7, abs(b - a))] for a, b in pairwise(steps))
    cost += 2.0 * sum(max(0, wish.low - step, step - wish.high) for step in steps)
    if wish.previous is not None:
        cost += JOIN[min(7, abs(steps[0] - wish.previous))]
    if wish.anchor is not None:
        cost += 1.2 * min(4, abs(steps[0] - wish.anchor))
    if wish.rest is not None:
        cost += 0.8 * min(4, abs(abs((steps[-1] - wish.rest + 3) % 7 - 3) - 1))
    return cost
