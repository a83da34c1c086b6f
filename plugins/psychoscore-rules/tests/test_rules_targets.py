"""The planned chords follow the profile: dissonance, movement and strain over the piece, and what is given stays."""

from __future__ import annotations

import random
from functools import cache
from itertools import chain, pairwise
from math import dist
from statistics import correlation, fmean

import pytest
from attrs import evolve

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import Ocean, Physics, Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, Attributes, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.chord_plan import completed
from psychoscore_rules.chord_tension import Sound, sound_of, turned

MINOR = ("Aeolian", "Dorian", "Phrygian", "Locrian")
LEAST = {"dissonance": 0.8, "movement": 0.8, "strain": 0.7}


def half_bars(plan: Plan) -> list[tuple[Sound, int]]:
    """Return how each half bar sounds, and the semitones of its key above home."""
    found = []
    for bar, (key, mode) in zip(plan.bars, plan.keys, strict=True):
        tonic, chords = KEYS.index(key), read_chords(bar.chord)
        for tones, _ in (chords[0], chords[len(chords) // 2]):
            found.append((sound_of(tones, tonic, mode in MINOR), tonic - KEYS.index(plan.key)))
    return found


def measured(plan: Plan) -> dict[str, float]:
    sounds = half_bars(plan)
    moves = [dist(turned(a.centre, i), turned(b.centre, j)) for (a, i), (b, j) in pairwise(sounds)]
    return {
        "dissonance": fmean(sound.diameter for sound, _ in sounds),
        "movement": sum(moves) / len(sounds),
        "strain": fmean(sound.strain for sound, _ in sounds),
    }


def ranks(values: list[float]) -> list[float]:
    return [float(sorted(values).index(value)) for value in values]


@cache
def pieces() -> list[tuple[dict[str, float], dict[str, float]]]:
    profiles = [random_profile(random.Random(seed)) for seed in range(400, 440)]
    return [(targets_of(p), measured(completed(p, plan_of(p, 16), seed))) for seed, p in enumerate(profiles)]


@pytest.mark.parametrize("name", LEAST)
def test_the_chords_follow_the_profile(name: str) -> None:
    targets, found = ([piece[name] for piece in side] for side in zip(*pieces(), strict=True))
    assert correlation(ranks(targets), ranks(found)) >= LEAST[name]


def test_the_planned_means_have_a_range() -> None:
    found = [found["dissonance"] for _, found in pieces()]
    assert min(found) < 1.85 and max(found) > 2.4
    moves = [found["movement"] for _, found in pieces()]
    assert min(moves) < 0.25 and max(moves) > 0.7


def test_a_still_mind_holds_its_harmonies() -> None:
    changes = []
    for kinetic in (0.0, 1.0):
        profile = Profile(physics=Physics(kinetic_energy=kinetic))
        chords = list(
            chain.from_iterable(read_chords(b.chord) for b in completed(profile, plan_of(profile, 16), 0).bars)
        )
        changes.append(sum(a[0] != b[0] for a, b in pairwise(chords)))
    assert changes[0] + 8 < changes[1]


def test_a_plain_mind_has_triads() -> None:
    plain = Profile(ocean=Ocean(openness=0.0), physics=Physics(stability=1.0))
    chords = chain.from_iterable(read_chords(bar.chord) for bar in completed(plain, plan_of(plain, 16), 1).bars)
    assert fmean(len(tones) <= 3 for tones, _ in chords) > 0.7


def test_a_flat_tension_sets_the_strain() -> None:
    found = []
    for tension in (0.1, 0.9):
        plan = plan_of(Profile(), 16)
        flat = evolve(plan, bars=tuple(evolve(bar, tension=tension) for bar in plan.bars))
        found.append(fmean(measured(completed(Profile(), flat, seed))["strain"] for seed in range(4)))
    assert found[1] > found[0] + 0.3


def test_given_chords_stay_and_the_rest_makes_up_for_them() -> None:
    profile = Profile(physics=Physics(kinetic_energy=1.0))
    plan = plan_of(profile, 16, Attributes(key="C", mode="Ionian"))
    given = tuple(evolve(bar, chord="C" if index < 6 else "") for index, bar in enumerate(plan.bars))
    whole = completed(profile, evolve(plan, bars=given), 3)
    assert [bar.chord for bar in whole.bars][:6] == ["C"] * 6
    assert measured(whole)["movement"] > 0.55


@pytest.mark.parametrize("signature", [(3, 4), (6, 8), (1, 4), (5, 8)])
def test_every_metre_is_planned(signature: tuple[int, int]) -> None:
    profile = random_profile(random.Random(7))
    whole = completed(profile, plan_of(profile, 9, None, signature), 0)
    assert all(read_chords(bar.chord) for bar in whole.bars)
