"""Vectors, attributes and bar conditions."""

from __future__ import annotations

import random
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from psychoscore_core.profile import DIMENSIONS, Ocean, Profile, Rsi
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Attributes, BarPlan, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_psychometric.plugin import PsychometricConfig, psyco_profile_encoders
from psychoscore_psychometric.psychometric import PsychometricEncoder

ENCODER = PsychometricEncoder(PsychometricConfig())


def test_offers_the_encoder_by_name():
    (component,) = psyco_profile_encoders()
    assert (component.name, component.config) == ("psychometric", PsychometricConfig)


def test_is_found_through_its_entry_point():
    (entry,) = entry_points(group="psychoscore", name="psychometric")
    assert entry.value == "psychoscore_psychometric.plugin"


@pytest.mark.parametrize("module", ["plugin", "psychometric"])
def test_importing_it_imports_nothing_heavy(module):
    code = (
        f"import sys, psychoscore_psychometric.{module}; sys.exit(' '.join({{'numpy', 'symusic'}} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""


@pytest.mark.parametrize("bars", [0, 100_001])
def test_max_bars_has_a_range(bars):
    with pytest.raises(ValueError, match="max_bars"):
        PsychometricConfig(max_bars=bars)


def test_the_space_names_the_57_dimensions():
    assert ENCODER.space.vector == tuple(d.name for d in DIMENSIONS) and len(ENCODER.space.vector) == 57


def test_the_vector_is_the_profiles_own():
    for seed in range(50):
        profile = random_profile(random.Random(seed))
        assert Profile.from_vector(ENCODER.encode(profile).vector) == profile


def test_making_completes_attributes_from_the_rule_table():
    profile = Profile(rsi=Rsi(real=0, symbolic=1, imaginary=0), ocean=Ocean(openness=0.2), entropy=0.5)
    condition = ENCODER.encode(profile)
    assert condition.attributes == Attributes(key="D", mode="Lydian", tempo=100.0)
    assert condition.prefix[-3:] == ("KEY_D", "MODE_Lydian", "TEMPO_100")


def test_making_keeps_given_attributes():
    condition = ENCODER.encode(Profile(), Attributes(key="Ab", tempo=61.0))
    assert (condition.attributes.key, condition.attributes.tempo) == ("Ab", 61.0)


def test_training_leaves_unknown_attributes_out():
    condition = ENCODER.encode_piece(Profile(trauma=0.2), Attributes(key="F"))
    assert condition.prefix == ("TRAUMA:0.2", "KEY_F") and condition.attributes == Attributes(key="F")


def test_a_plan_becomes_one_condition_a_bar():
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(density=0.1, register=0.2, dynamics=0.3),) * 3)
    asked = ENCODER.encode_plan(plan)
    assert [bar[:3] for bar in asked] == [(0.1 * 20 / 32, 0.2, 0.3)] * 3 and {len(bar) for bar in asked} == {
        len(ENCODER.space.bar)
    }


def test_a_plans_numbers_are_kept_within_their_range():
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(density=3.0, register=-1.0, dynamics=0.5),))
    assert ENCODER.encode_plan(plan)[0][:3] == (1.0, 0.0, 0.5)


@pytest.mark.parametrize("bars", [1, 2, 32, 500])
def test_conditions_of_real_plans_lie_in_0_to_1(bars):
    for seed in range(20):
        conditions = ENCODER.encode_plan(plan_of(random_profile(random.Random(seed)), bars))
        assert len(conditions) == bars and all(0 <= x <= 1 for bar in conditions for x in bar)


def test_an_empty_plan_has_no_conditions():
    assert ENCODER.encode_plan(Plan(key="C", mode="Ionian", tempo=100.0, bars=())) == ()
