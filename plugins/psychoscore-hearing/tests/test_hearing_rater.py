"""The rater measures a take in the keys of its plan."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, BarPlan, Condition, Plan, Take
from psychoscore_hearing.plugin import AttributesConfig
from psychoscore_hearing.rater import AttributesRater, tension_fit


def _rate(score, *bars):
    plan = Plan(key="C", mode="Ionian", tempo=100.0, bars=bars)
    condition = Condition(profile=Profile(), vector=(), prefix=(), attributes=Attributes())
    take = Take(name="take", score=score, condition=condition, plan=plan, seed=0)
    return AttributesRater(AttributesConfig()).rate(take)


def test_every_attribute_is_rated(build):
    assert set(_rate(build([(0, 1, 60)]), BarPlan())) == {*ATTRIBUTES, "tension_fit"}


def test_a_bar_is_heard_in_the_plans_key_of_that_bar(build):
    score = build([(0, 1, 66), (4, 1, 66)])
    assert _rate(score, BarPlan(), BarPlan())["chromaticism"] == 1
    assert _rate(score, BarPlan(), BarPlan(key="G"))["chromaticism"] == 0.5


def test_a_take_without_notes_is_rated(build):
    assert _rate(build(), BarPlan())["density"] == 0


def test_tension_fits_where_every_bar_is_as_tense_as_planned():
    heard = np.array([0.2, 0.6])
    asked = Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(tension=0.2), BarPlan(tension=0.6)))
    assert tension_fit(heard, asked) == 1 and tension_fit(heard[::-1], asked) == pytest.approx(0.6)


def test_bars_that_are_missing_do_not_fit():
    asked = Plan(key="C", mode="Ionian", tempo=100.0, bars=(BarPlan(tension=0.2),) * 2)
    assert tension_fit(np.array([0.2]), asked) == 0.5
