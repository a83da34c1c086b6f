"""Checks of planners."""

from __future__ import annotations

from types import MappingProxyType

from attrs import evolve

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, MODES, BarPlan, Plan
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject

BARS = (1, 3, 8, 17)
SIGNATURES = ((4, 4), (3, 4), (6, 8))
MAY_ADD = ("chord", "key", "mode")  # what a planner may fill in


def _plans(profile: Profile) -> list[Plan]:
    return [toy.plan(profile, bars, signature) for bars in BARS for signature in SIGNATURES]


def every_bar_has_a_chord(subject: Subject) -> None:
    for profile in toy.profiles():
        for plan in _plans(profile):
            whole = subject.build().plan(profile, plan, 1)
            for index, bar in enumerate(whole.bars):
                require(bar.chord, f"leaves bar {index + 1} of {len(plan.bars)} without a chord")
                read_chords(bar.chord, f"bar {index + 1}")  # raises RunError on what is no chord symbol


def what_is_given_stays(subject: Subject) -> None:
    for profile in toy.profiles():
        for plan in map(_given, _plans(profile)):
            whole = subject.build().plan(profile, plan, 1)
            require(len(whole.bars) == len(plan.bars), f"makes {len(whole.bars)} bars of {len(plan.bars)}")
            piece = (whole.key, whole.mode, whole.tempo, whole.time_signature)
            require(piece == (plan.key, plan.mode, plan.tempo, plan.time_signature), "changes the key or the tempo")
            for index, (asked, found) in enumerate(zip(plan.bars, whole.bars, strict=True)):
                require(_kept(asked, found), f"changes what is given of bar {index + 1}: {asked} became {found}")


def planning_is_deterministic(subject: Subject) -> None:
    for profile in toy.profiles():
        plan = toy.plan(profile, 16)
        first, second = (subject.build().plan(profile, plan, 7) for _ in range(2))
        require(first == second, "gives another plan for the same arguments")


def a_whole_plan_stays(subject: Subject) -> None:
    for profile in toy.profiles():
        whole = subject.build().plan(profile, toy.plan(profile, 8), 3)
        require(subject.build().plan(profile, whole, 3) == whole, "changes a plan that it has filled in itself")


def _given(plan: Plan) -> Plan:
    """Return the plan with a chord in every second bar, and a key in its last one."""
    bars = [evolve(bar, chord="Bb7/D" if index % 2 else "") for index, bar in enumerate(plan.bars)]
    bars[-1] = evolve(bars[-1], key=KEYS[3], mode=MODES[4])
    return evolve(plan, bars=tuple(bars))


def _kept(asked: BarPlan, found: BarPlan) -> bool:
    blank = {name: getattr(asked, name) for name in MAY_ADD if not getattr(asked, name)}
    return evolve(found, **blank) == asked


CHECKS = MappingProxyType(
    {
        "every-bar-has-a-chord": every_bar_has_a_chord,
        "what-is-given-stays": what_is_given_stays,
        "planning-is-deterministic": planning_is_deterministic,
        "a-whole-plan-stays": a_whole_plan_stays,
    }
)
