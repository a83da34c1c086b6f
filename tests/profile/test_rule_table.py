"""Each row of the published rule table, and where each threshold lies."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from psychoscore_core.profile import DarkTriad, Disc, Ocean, Profile, Rsi
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, MODES, Attributes
from psychoscore_core.rule_table import CIRCLE_OF_FIFTHS, complete, dynamics_of, key_of, mode_of, plan_of, tempo_of

REAL, SYMBOLIC, IMAGINARY = (
    Rsi(real=r, symbolic=s, imaginary=i) for r, s, i in ((0.5, 0.25, 0.25), (0.25, 0.5, 0.25), (0.25, 0.25, 0.5))
)


@pytest.mark.parametrize(
    ("rsi", "trauma", "mode"),
    [
        (REAL, 0.0, "Dorian"),
        (REAL, 0.6, "Dorian"),
        (REAL, 0.601, "Aeolian"),
        (REAL, 1.0, "Aeolian"),
        (SYMBOLIC, 0.6, "Lydian"),
        (SYMBOLIC, 0.601, "Mixolydian"),
        (IMAGINARY, 0.6, "Phrygian"),
        (IMAGINARY, 0.601, "Locrian"),
    ],
)
def test_mode_follows_the_dominant_register_and_trauma(rsi, trauma, mode):
    assert mode_of(Profile(rsi=rsi, trauma=trauma)) == mode


def test_where_no_register_dominates_trauma_chooses_major_or_minor():
    assert [mode_of(Profile(trauma=trauma)) for trauma in (0.0, 0.6, 0.61)] == ["Ionian", "Ionian", "Aeolian"]


def test_of_two_equal_registers_the_first_dominates():
    assert Rsi(real=0.2, symbolic=0.4, imaginary=0.4).dominant == "symbolic"


@pytest.mark.parametrize("step", range(12))
def test_key_walks_the_circle_of_fifths_with_openness(step):
    assert key_of(Profile(ocean=Ocean(openness=(step + 0.5) / 12))) == CIRCLE_OF_FIFTHS[step]


@pytest.mark.parametrize(("openness", "key"), [(0, "C"), (0.5, "Gb"), (1, "F")])
def test_the_circle_has_its_ends(openness, key):
    assert key_of(Profile(ocean=Ocean(openness=openness))) == key


def test_the_circle_goes_by_fifths_through_all_keys():
    places = [KEYS.index(key) for key in CIRCLE_OF_FIFTHS]
    assert [(b - a) % 12 for a, b in itertools.pairwise(places)] == [7] * 11 and len(set(places)) == 12


@pytest.mark.parametrize(
    ("entropy", "extraversion", "tempo"),
    [(0, 0, 60), (0.5, 0.7, 100), (0.5, 0.701, 120), (1, 0.7, 140), (1, 1, 160), (0, 1, 80), (0.25, 0.2, 80)],
)
def test_tempo_follows_entropy_and_extraversion(entropy, extraversion, tempo):
    assert tempo_of(Profile(entropy=entropy, ocean=Ocean(extraversion=extraversion))) == pytest.approx(tempo)


@pytest.mark.parametrize(
    ("dominance", "mark"),
    [(0, "p"), (0.299, "p"), (0.3, "mf"), (0.499, "mf"), (0.5, "f"), (0.699, "f"), (0.7, "ff"), (1, "ff")],
)
def test_dynamics_follow_dominance(dominance, mark):
    assert dynamics_of(Profile(disc=Disc(dominance=dominance)))[0] == mark


def test_louder_marks_have_higher_velocities():
    velocities = [dynamics_of(Profile(disc=Disc(dominance=d)))[1] for d in (0.1, 0.4, 0.6, 0.9)]
    assert velocities == sorted(set(velocities)) and velocities[0] >= 1 and velocities[-1] <= 127


def test_given_attributes_stay():
    given = Attributes(key="Ab", mode="Ionian", tempo=93.5)
    assert complete(Profile(), given) == given


def test_open_attributes_follow_the_table():
    assert complete(Profile(), Attributes(mode="Ionian")) == Attributes(key="Gb", mode="Ionian", tempo=100.0)


def test_every_profile_has_a_key_a_mode_and_a_tempo_in_range():
    rng = random.Random(1)
    for _ in range(500):
        facts = complete(random_profile(rng))
        assert facts.key in KEYS and facts.mode in MODES and facts.tempo and 40 <= facts.tempo <= 200


@pytest.mark.parametrize("bars", [0, 1, 4, 32, 33])
def test_a_plan_has_the_bars_asked_for(bars):
    assert len(plan_of(Profile(), bars).bars) == bars


def test_every_number_of_a_plan_lies_in_0_to_1():
    rng = random.Random(1)
    for _ in range(100):
        for bar in plan_of(random_profile(rng), rng.randint(1, 40)).bars:
            assert all(0 <= x <= 1 for x in (bar.tension, bar.density, bar.register, bar.dynamics))


def test_the_extremes_of_a_plan_lie_in_0_to_1():
    dark = DarkTriad(machiavellianism=1, narcissism=1, psychopathy=1)
    loud = Profile(trauma=1, entropy=1, dark_triad=dark, disc=Disc(dominance=1), ocean=Ocean(extraversion=1))
    assert max(bar.tension for bar in plan_of(loud, 11).bars) == 1.0
    assert all(bar.dynamics <= 1 and bar.density <= 1 for bar in plan_of(loud, 11).bars)


def test_tension_rises_to_seven_tenths_and_falls():
    tensions = [bar.tension for bar in plan_of(Profile(), 11).bars]
    assert tensions.index(max(tensions)) == 7
    assert tensions[:8] == sorted(tensions[:8]) and tensions[7:] == sorted(tensions[7:], reverse=True)


@pytest.mark.parametrize(
    ("quality", "low", "high"),
    [
        ("density", Profile(entropy=0.1), Profile(entropy=0.9)),
        ("density", Profile(ocean=Ocean(extraversion=0.1)), Profile(ocean=Ocean(extraversion=0.9))),
        ("register", Profile(trauma=0.9), Profile(trauma=0.1)),
        ("dynamics", Profile(disc=Disc(dominance=0.1)), Profile(disc=Disc(dominance=0.9))),
        ("tension", Profile(trauma=0.1), Profile(trauma=0.9)),
        ("tension", Profile(), Profile(dark_triad=DarkTriad(narcissism=0.9))),
    ],
)
def test_bars_follow_the_profile(quality, low, high):
    lower, higher = (math.fsum(getattr(bar, quality) for bar in plan_of(p, 8).bars) for p in (low, high))
    assert lower < higher


def test_the_foot_and_the_peak_are_the_documented_numbers():
    profile = Profile(trauma=0.4, entropy=0.6, dark_triad=DarkTriad(narcissism=0.3), ocean=Ocean(extraversion=0.2))
    foot, peak = (plan_of(profile, 11).bars[place] for place in (0, 7))
    assert (foot.tension, peak.tension) == pytest.approx((0.33, 0.63))
    assert (foot.density, peak.density) == pytest.approx((0.39, 0.49))
    assert (foot.register, peak.register) == pytest.approx((60 / 127, 64 / 127))
    assert (foot.dynamics, peak.dynamics) == pytest.approx((90 / 127, 102 / 127))


def test_sections_are_of_eight_bars():
    assert (
        "".join(bar.section for bar in plan_of(Profile(), 40).bars) == "A" * 8 + "B" * 8 + "A" * 8 + "C" * 8 + "A" * 8
    )


def test_a_plan_keeps_the_time_signature():
    assert plan_of(Profile(), 2, time_signature=(3, 4)).time_signature == (3, 4)
