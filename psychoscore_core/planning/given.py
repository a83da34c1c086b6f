"""What the user gives of a plan, laid over what the profile asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from attrs import evolve

from psychoscore_core.planning.key_names import read_key
from psychoscore_core.planning.options import CURVES, Curve, PlanOptions, SectionOptions, chord_bars, drawn
from psychoscore_core.planning.repeating import with_repeats
from psychoscore_core.records import Attributes, BarPlan, Plan
from psychoscore_core.rule_table import ARCH, arched

if TYPE_CHECKING:
    from psychoscore_core.config.model import Generation

DEFAULT_BARS = 32
# How far 1 of tension above the profile's own bends the other numbers: 40 velocities, 6 onsets a bar, 9 semitones.
BENDS = {"dynamics": 40 / 127, "density": 0.3, "register": 9 / 127}
FLAT = BarPlan()


def home_of(generation: Generation) -> Attributes:
    """Return key, mode and tempo that the user gives: the plan's, else its first section's, else the generation's."""
    plan = generation.plan
    first = plan.sections[0] if plan.sections else None
    key = plan.key or (first.key if first else None)
    tonic, mode = read_key(key) if key else (generation.key, generation.mode)
    tempo = plan.tempo or (first.tempo if first else None) or generation.tempo
    return Attributes(key=tonic, mode=mode, tempo=tempo)


def bars_of(generation: Generation) -> int:
    """Return how many bars a take has, where no timeline says so."""
    return sum(section.bars for section in generation.plan.sections) or generation.bars or DEFAULT_BARS


def lay_over(plan: Plan, given: PlanOptions, repetition: float) -> Plan:
    """Return the plan with everything that is given in it; the target of repetition decides which bars repeat."""
    if given.sections:
        plan = evolve(plan, bars=with_repeats(list(_sectioned(plan, given.sections)), repetition))
    bars = _numbered(plan.bars, given)
    chords = _chords(given, len(bars))
    return evolve(plan, bars=tuple(evolve(bar, chord=chord) for bar, chord in zip(bars, chords, strict=True)))


def stretched(curve: Curve, count: int) -> list[float]:
    """Return a number or a curve of any length drawn in straight lines over so many bars."""
    points = curve if isinstance(curve, tuple) else (curve,)
    if len(points) == 1 or count == 1:
        return [points[0]] * count
    places = [index * (len(points) - 1) / (count - 1) for index in range(count)]
    return [_between(points, place) for place in places]


def _between(points: Sequence[float], place: float) -> float:
    index = min(int(place), len(points) - 2)
    return points[index] + (place - index) * (points[index + 1] - points[index])


def _sectioned(plan: Plan, sections: Sequence[SectionOptions]) -> Iterator[BarPlan]:
    key, mode, tempo, index = plan.key, plan.mode, plan.tempo, 0
    for section in sections:
        changes: dict[str, Any] = {}
        if section.key and read_key(section.key) != (key, mode):
            key, mode = read_key(section.key)
            changes |= {"key": key, "mode": mode}
        if section.tempo and section.tempo != tempo:
            tempo = changes["tempo"] = section.tempo
        for offset in range(section.bars):
            yield evolve(plan.bars[index], section=section.name, **(changes if offset == 0 else {}))
            index += 1


def _numbered(bars: Sequence[BarPlan], given: PlanOptions) -> list[BarPlan]:
    curves = {name: _curve(name, bars, given) for name in CURVES}
    result = []
    for index, bar in enumerate(bars):
        own: dict[str, Any] = {name: values[index] for name, values in curves.items() if values[index] is not None}
        if "tension" in own:
            bar = _bent(bar, own["tension"], arched(FLAT, index, len(bars)))
        result.append(evolve(bar, **own))
    return result


def _curve(name: str, bars: Sequence[BarPlan], given: PlanOptions) -> list[float | None]:
    """Return what is given of one number for every bar, None where it is not: a section's before the whole plan's."""
    whole = drawn(given).get(name)
    values: list[float | None] = [None] * len(bars) if whole is None else [*stretched(whole, len(bars))]
    start = 0
    for section in given.sections:
        own = drawn(section).get(name)
        if own is not None:
            values[start : start + section.bars] = stretched(own, section.bars)
        start += section.bars
    return values


def _bent(bar: BarPlan, tension: float, arch: BarPlan) -> BarPlan:
    """Return the bar with dynamics, density and register moved as its tension moves away from the profile's own.

    The rule table's arch goes from all of them first: what is given stands instead of it.
    """
    own = {name: getattr(bar, name) - (getattr(arch, name) - getattr(FLAT, name)) for name in ARCH}
    off = tension - own["tension"]
    return evolve(bar, **{name: min(1.0, max(0.0, own[name] + slope * off)) for name, slope in BENDS.items()})


def _chords(given: PlanOptions, count: int) -> list[str]:
    chords = _repeated(given.chords, count)
    start = 0
    for section in given.sections:
        if section.chords:
            chords[start : start + section.bars] = _repeated(section.chords, section.bars)
        start += section.bars
    return chords


def _repeated(chords: str | tuple[str, ...] | None, count: int) -> list[str]:
    if not chords:
        return [""] * count
    return [chord for chord, _ in zip(cycle(chord_bars(chords)), range(count), strict=False)]
