"""The rater measures a take in the keys of its plan."""

from __future__ import annotations

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, BarPlan, Condition, Plan, Take
from psychoscore_hearing.plugin import AttributesConfig
from psychoscore_hearing.rater import AttributesRater


def _rate(score, *bars):
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=bars)
    condition = Condition(profile=Profile(), vector=(), prefix=(), attributes=Attributes())
    take = Take(name="take", score=score, condition=condition, plan=plan, seed=0)
    return AttributesRater(AttributesConfig()).rate(take)


def test_every_attribute_is_rated(build):
    assert set(_rate(build([(0, 1, 60)]), BarPlan())) == set(ATTRIBUTES)


def test_a_bar_is_heard_in_the_plans_key_of_that_bar(build):
    score = build([(0, 1, 66), (4, 1, 66)])
    assert _rate(score, BarPlan(), BarPlan())["chromaticism"] == 1
    assert _rate(score, BarPlan(), BarPlan(key="G"))["chromaticism"] == 0.5


def test_a_take_without_notes_is_rated(build):
    assert _rate(build(), BarPlan())["density"] == 0
