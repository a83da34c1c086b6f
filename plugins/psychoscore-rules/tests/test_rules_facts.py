"""Facts of harmony and melody that hold for every piece, and what the ear would complain about."""

from __future__ import annotations

import random
from statistics import fmean
from typing import Any

import pytest
from attrs import evolve

from psychoscore_core.errors import RunError
from psychoscore_core.profile import DarkTriad, Physics, Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import MODES, Attributes
from psychoscore_core.rule_table import plan_of
from psychoscore_rules import hearing
from psychoscore_rules.composition import compose_sketch

SIGNATURES = [(2, 4), (3, 4), (4, 4), (6, 8), (5, 4), (7, 8)]


def honest(seed: int) -> Profile:
    """A random profile without dark triad and with too little entropy to change key."""
    drawn = random_profile(random.Random(seed))
    return evolve(drawn, dark_triad=DarkTriad(), entropy=min(0.3, drawn.entropy))


def pieces(signature: tuple[int, int] = (4, 4), mode: str | None = None, bars: int = 24) -> list[Any]:
    sketches = []
    for seed in range(8):
        plan = plan_of(honest(seed), bars, Attributes(mode=mode), signature)
        sketches.append(compose_sketch(honest(seed), plan, [0.9] * bars, seed))
    return sketches


@pytest.mark.parametrize("mode", MODES)
def test_without_a_dark_triad_every_note_is_in_the_mode(mode: str) -> None:
    assert all(hearing.foreign_share(piece) == 0 for piece in pieces(mode=mode))


@pytest.mark.parametrize("signature", SIGNATURES)
def test_strong_beats_have_chord_tones(signature: tuple[int, int]) -> None:
    assert min(hearing.on_chord(piece) for piece in pieces(signature)) >= 0.95


@pytest.mark.parametrize("mode", MODES)
def test_a_piece_ends_on_its_tonic(mode: str) -> None:
    for piece in pieces(mode=mode):
        tonic = piece.setting.home.tonic
        assert piece.layers["melody"][-1].pitch % 12 == tonic % 12
        assert piece.layers["bass"][-1].pitch % 12 == tonic % 12


def test_melodies_move_mostly_by_step_and_recover_leaps() -> None:
    moves = [abs(interval) for piece in pieces() for interval in hearing.intervals(piece)]
    assert fmean(move <= 2 for move in moves) > 0.55
    assert fmean(move > 7 for move in moves) < 0.05


def test_melodies_stay_within_two_and_a_half_octaves() -> None:
    for piece in pieces():
        pitches = [note.pitch for note in piece.layers["melody"]]
        assert max(pitches) - min(pitches) <= 30


def test_rhythms_come_back() -> None:
    assert fmean(hearing.repetition(piece) for piece in pieces()) > 0.5


def test_a_steadfast_theme_returns_note_for_note() -> None:
    same = Profile(entropy=0.2, physics=Physics(exponent=-0.5))
    plan = plan_of(same, 32)
    flat = evolve(plan, bars=tuple(evolve(plan.bars[0], section=bar.section) for bar in plan.bars))
    melody = compose_sketch(same, flat, [0.5] * 32, 3).layers["melody"]
    bar = 1920
    first = [(n.onset % bar, n.pitch) for n in melody if bar <= n.onset < 3 * bar]
    again = [(n.onset % bar, n.pitch) for n in melody if 17 * bar <= n.onset < 19 * bar]
    assert first == again


def test_sections_contrast() -> None:
    for piece in pieces(bars=16):
        sung, played = hearing.rhythms(piece), hearing.rhythms(piece, "harmony")
        assert (sung[0:7], played[0:7]) != (sung[8:15], played[8:15])


def test_the_accompaniment_stays_between_bass_and_melody() -> None:
    below = [
        note.pitch >= bass.pitch
        for piece in pieces()
        for bass in piece.layers["bass"]
        for note in piece.layers["harmony"]
        if note.onset == bass.onset
    ]
    assert fmean(below) > 0.98


def test_inner_parts_move_by_small_intervals() -> None:
    for piece in pieces():
        tops = {note.onset: note.pitch for note in piece.layers["harmony"]}
        moves = [abs(interval) for interval in hearing.intervals(piece, "bass")]
        assert fmean(moves) < 6
        assert max(tops.values()) - min(tops.values()) <= 31


def test_the_plans_own_chords_are_played() -> None:
    plan = plan_of(Profile(), 4)
    named = evolve(plan, bars=(plan.bars[0], evolve(plan.bars[1], chord="Ebmaj7"), *plan.bars[2:]))
    piece = compose_sketch(Profile(), named, [0.7] * 4, 0)
    heard = {note.pitch % 12 for note in piece.layers["harmony"] if 1920 <= note.onset < 3840}
    assert heard <= {3, 7, 10, 2}


def test_a_wrong_chord_names_its_bar() -> None:
    plan = plan_of(Profile(), 2)
    wrong = evolve(plan, bars=(plan.bars[0], evolve(plan.bars[1], chord="H7")))
    with pytest.raises(RunError, match="plan: bar 2: 'H7' is not a chord symbol"):
        compose_sketch(Profile(), wrong, [1.0] * 2, 0)


@pytest.mark.parametrize(("trauma", "programs"), [(0.2, {0, 8, 46}), (0.7, {40, 41, 42, 45, 48, 68, 70, 71, 73})])
def test_trauma_chooses_the_instruments(trauma: float, programs: set[int]) -> None:
    for seed in range(6):
        drawn = evolve(random_profile(random.Random(seed)), trauma=trauma)
        piece = compose_sketch(drawn, plan_of(drawn, 4), [1.0] * 4, seed)
        assert {piece.ensemble[layer].program for layer, notes in piece.layers.items() if notes} <= programs
        assert "drums" not in piece.layers


def test_deep_trauma_brings_brass_and_percussion() -> None:
    wounded = Profile(trauma=0.9)
    piece = compose_sketch(wounded, plan_of(wounded, 8), [1.0] * 8, 0)
    assert piece.layers["drums"] and piece.layers["timpani"]
    assert piece.ensemble["melody"].program in range(56, 64)
