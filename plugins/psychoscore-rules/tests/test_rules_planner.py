"""The planner `harmony`: chords as tense as the plan, closes, keys, and the same music as the composer's own."""

from __future__ import annotations

import random
from statistics import correlation, fmean
from typing import Any

import pytest
from attrs import evolve

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.profile import DarkTriad, Physics, Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, MODES, SCALES, Attributes, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.chord_names import Named, symbol_of
from psychoscore_rules.chord_plan import completed
from psychoscore_rules.chord_tension import tension_of
from psychoscore_rules.composition import compose_score, compose_sketch
from psychoscore_rules.planner import HarmonyPlanner
from psychoscore_rules.plugin import HarmonyConfig
from psychoscore_rules.scales import Scale

MINOR = ("Aeolian", "Dorian", "Phrygian", "Locrian")
PLANNER = HarmonyPlanner(HarmonyConfig())


def chord_tensions(plan: Plan) -> list[float]:
    """Return the mean tension of each bar's chords in the bar's key."""
    return [
        fmean(tension_of(tones, KEYS.index(key), mode in MINOR) for tones, _ in read_chords(bar.chord))
        for bar, (key, mode) in zip(plan.bars, plan.keys, strict=True)
    ]


def curved(seed: int, curve: Any, bars: int = 32, **attributes: Any) -> tuple[Profile, Plan]:
    profile = random_profile(random.Random(seed))
    plan = plan_of(profile, bars, Attributes(**attributes))
    numbers = [curve(index / (bars - 1)) for index in range(bars)]
    return profile, evolve(plan, bars=tuple(evolve(b, tension=n) for b, n in zip(plan.bars, numbers, strict=True)))


CURVES = {
    "rise": lambda x: x,
    "fall": lambda x: 1 - x,
    "arch": lambda x: 1 - abs(2 * x - 1),
    "waves": lambda x: abs(4 * x % 2 - 1),
    "narrow": lambda x: 0.2 + 0.4 * (1 - abs(2 * x - 1)),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("bars", [16, 32])
def test_the_chords_are_as_tense_as_the_plan(name: str, bars: int) -> None:
    found = []
    for seed in range(200, 212):
        profile, plan = curved(seed, CURVES[name], bars)
        found.append(correlation([bar.tension for bar in plan.bars], chord_tensions(completed(profile, plan, seed))))
    assert fmean(found) >= 0.8


@pytest.mark.parametrize("mode", MODES)
def test_without_chromaticism_every_chord_lies_in_the_scale(mode: str) -> None:
    for seed in range(5):
        profile, plan = curved(seed, CURVES["waves"], mode=mode)
        honest = evolve(profile, dark_triad=DarkTriad(), entropy=0.9, physics=Physics(stability=0.0))
        plan = evolve(plan, bars=tuple(evolve(bar, chromaticism=0.0) for bar in plan.bars))
        whole = PLANNER.plan(honest, plan, seed)
        for bar, (key, in_mode) in zip(whole.bars, whole.keys, strict=True):
            scale = {(KEYS.index(key) + step) % 12 for step in SCALES[in_mode]}
            assert all(set(tones) <= scale for tones, _ in read_chords(bar.chord)), bar


@pytest.mark.parametrize("seed", range(8))
def test_the_composer_plays_the_planned_chords_as_its_own(seed: int) -> None:
    profile = random_profile(random.Random(seed))
    plan = plan_of(profile, 24)
    own, planned = (
        compose_score(profile, p, [1.0] * 24, seed).dumps_midi() for p in (plan, PLANNER.plan(profile, plan, seed))
    )
    assert own == planned


def test_a_calm_piece_ends_on_its_tonic_triad() -> None:
    for seed in range(8):
        profile, plan = curved(seed, CURVES["arch"], mode="Aeolian", key="A")
        last = completed(profile, plan, seed).bars[-1].chord
        assert last == "Am"


def test_restless_sections_get_their_keys() -> None:
    restless = Profile(entropy=1.0, physics=Physics(stability=0.0))
    whole = [PLANNER.plan(restless, plan_of(restless, 32), seed) for seed in range(6)]
    assert any(len(set(plan.keys)) > 1 for plan in whole)
    assert all(plan.keys[0] == plan.keys[-1] == (plan.key, plan.mode) for plan in whole)


def test_given_keys_are_kept() -> None:
    plan = plan_of(Profile(entropy=1.0), 16)
    bars = [*plan.bars[:8], evolve(plan.bars[8], key="Eb", mode="Lydian"), *plan.bars[9:]]
    whole = PLANNER.plan(Profile(entropy=1.0), evolve(plan, bars=tuple(bars)), 0)
    assert whole.keys == ((plan.key, plan.mode),) * 8 + (("Eb", "Lydian"),) * 8


def test_a_bar_that_repeats_keeps_the_roots() -> None:
    again, all_bars = 0, 0
    for seed in range(10):
        profile = random_profile(random.Random(seed))
        bars = completed(profile, plan_of(profile, 32), seed).bars
        for bar in bars:
            if bar.repeats is not None:
                roots = [{c[0][0] for c in read_chords(b.chord)} for b in (bar, bars[bar.repeats])]
                again, all_bars = again + bool(roots[0] & roots[1]), all_bars + 1
    assert again / all_bars > 0.55


@pytest.mark.parametrize(
    ("tonic", "mode", "root", "symbol"),
    [
        ("Gb", "Dorian", 8, "G#m"),
        ("Db", "Ionian", 6, "Gbm"),
        ("A", "Aeolian", 6, "F#m"),
        ("Bb", "Dorian", 1, "Dbm"),
        ("Ab", "Locrian", 8, "G#m"),
    ],
)
def test_chords_are_spelt_in_their_key(tonic: str, mode: str, root: int, symbol: str) -> None:
    scale = Scale(KEYS.index(tonic), SCALES[mode])
    assert symbol_of(Named(root, "m"), root, scale) == symbol


def test_the_tonic_is_the_calmest_chord() -> None:
    tonic = tension_of((0, 4, 7), 0, False)
    assert tonic < tension_of((5, 9, 0), 0, False) < tension_of((11, 2, 5), 0, False)
    assert tonic == pytest.approx(0.03, abs=0.01)


def test_the_engraved_tempo_and_key_follow_the_bars() -> None:
    plan = plan_of(Profile(), 8, Attributes(key="C", mode="Ionian", tempo=100.0))
    moved = evolve(plan.bars[4], key="G", mode="Ionian", tempo=80.0)
    score = compose_score(Profile(), evolve(plan, bars=(*plan.bars[:4], moved, *plan.bars[5:])), [1.0] * 8, 0)
    assert [(t.time // 1920, round(t.qpm)) for t in score.tempos] == [(0, 100), (4, 80)]
    assert [(k.time // 1920, k.key) for k in score.key_signatures] == [(0, 0), (4, 1)]


@pytest.mark.parametrize(("chord", "starts"), [("Am F", [0, 8]), ("Am F C G", [0, 4, 8, 12]), ("Am F C", [0, 4, 8])])
def test_chords_share_a_bar(chord: str, starts: list[int]) -> None:
    plan = plan_of(Profile(), 2, Attributes(key="C", mode="Ionian"))
    plan = evolve(plan, bars=(evolve(plan.bars[0], chord=chord), plan.bars[1]))
    assert [start for start, _ in compose_sketch(Profile(), plan, [1.0] * 2, 0).harmony.bars[0]] == starts
