"""Motifs: a rhythm and a contour that are stated, answered, sequenced, inverted, broken up and varied."""

from __future__ import annotations

import random

from attrs import frozen

from psychoscore_rules.dice import draw
from psychoscore_rules.meter import Meter
from psychoscore_rules.rhythm import Rhythm, invent_rhythm, thin, tie

TOLERANCE = 1.4  # how many times more or fewer notes than asked for leave a motif as it is


@frozen
class Motif:
    """A bar of melody in the abstract: `contour` holds scale steps above the first note, one per note of `rhythm`."""

    rhythm: Rhythm
    contour: tuple[int, ...]


def invent(
    rng: random.Random, rhythm: Rhythm, leaps: float, direction: float, temperature: float, halfway: int
) -> Motif:
    """Draw a contour for a rhythm: mostly steps, at most one leap, which the next note recovers.

    The line bends once, near the bar's middle, so a motif has a shape rather than a drift.
    """
    heading = 1 if rng.random() < 0.5 + 0.4 * direction else -1
    contour, leapt = [0], 0
    for start, _ in rhythm[1:]:
        way = heading if start < halfway or rng.random() < 0.3 + 0.3 * abs(direction) else -heading
        if leapt:
            move, leapt = (-1 if leapt > 0 else 1), 0
        else:
            leap = 0.4 * leaps if max(map(abs, contour)) < 4 else 0.0
            sizes = {1: 1.0, 0: 0.14, 2: 0.15 + 0.4 * leaps, 3: leap, 4: 0.7 * leap}
            size = draw(rng, sizes, 0.4 + 0.5 * temperature)
            move, leapt = size * way, (way if size >= 3 else 0)
        contour.append(max(-5, min(5, contour[-1] + move)))
    return Motif(rhythm, tuple(contour))


def invert(motif: Motif) -> Motif:
    """Turn a motif upside down."""
    return Motif(motif.rhythm, tuple(-step for step in motif.contour))


def fragment(motif: Motif, meter: Meter, direction: int) -> Motif:
    """Return the motif's head stated twice, the second time a step away; the whole where a bar has no middle."""
    half = meter.halfway
    head = [(start, step) for (start, _), step in zip(motif.rhythm, motif.contour, strict=True) if start < half]
    if not head or 2 * half != meter.steps:
        return motif
    notes = head + [(start + half, step + direction) for start, step in head]
    return Motif(tie([start for start, _ in notes], meter.steps), tuple(step for _, step in notes))


def vary(motif: Motif, rng: random.Random, meter: Meter, irregularity: float, amount: float) -> Motif:
    """Return a cousin of the motif; amount in [0, 1] says how distant: another tail, another rhythm, an inversion."""
    kind = draw(rng, {"tail": 1.0, "rhythm": 0.2 + amount, "inversion": amount**2})
    if kind == "inversion":
        return invert(motif)
    if kind == "rhythm":
        rhythm = invent_rhythm(rng, meter, len(motif.rhythm), irregularity, 0.5 + amount)
        return Motif(rhythm, _stretched(motif.contour, len(rhythm)))
    cut = len(motif.contour) // 2
    turn = rng.choice((-2, -1, 1, 2))
    return Motif(motif.rhythm, tuple(s + turn * (i - cut + 1 > 0) for i, s in enumerate(motif.contour)))


def with_notes(motif: Motif, meter: Meter, count: int) -> Motif:
    """Thin or embellish a motif towards a number of notes, keeping its metrical frame and its outline."""
    if len(motif.rhythm) > count * TOLERANCE:
        kept = thin(motif.rhythm, meter, count)
        starts = [motif.rhythm[i][0] for i in kept]
        return Motif(tie(starts, meter.steps), tuple(motif.contour[i] for i in kept))
    while len(motif.rhythm) * TOLERANCE < count:
        longest = max(range(len(motif.rhythm)), key=lambda i: (motif.rhythm[i][1], -i))
        if motif.rhythm[longest][1] < 2:
            break
        motif = _divided(motif, longest)
    return motif


def _divided(motif: Motif, index: int) -> Motif:
    """Split one note in two: the new one passes to the next, or is its neighbour."""
    start, length = motif.rhythm[index]
    first = 4 if length == 6 else 2 if length == 3 else length // 2
    here = motif.contour[index]
    after = motif.contour[index + 1] if index + 1 < len(motif.contour) else here
    new = here + (1 if after > here + 1 else -1 if after < here - 1 else 1 if after <= here else -1)
    rhythm = (*motif.rhythm[:index], (start, first), (start + first, length - first), *motif.rhythm[index + 1 :])
    return Motif(rhythm, (*motif.contour[: index + 1], new, *motif.contour[index + 1 :]))


def _stretched(contour: tuple[int, ...], count: int) -> tuple[int, ...]:
    return tuple(contour[min(len(contour) - 1, i * len(contour) // count)] for i in range(count))
