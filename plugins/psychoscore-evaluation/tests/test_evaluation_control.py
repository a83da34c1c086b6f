"""Control: music that does what is asked is seen to do so, and shuffled requests are not."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.control import control, control_of, random_profiles

FOLLOWED = ("tempo", "density", "dynamics", "register")
PLACE = {name: index for index, name in enumerate(ATTRIBUTES)}


@pytest.fixture
def tables() -> tuple[np.ndarray, np.ndarray]:
    """Return random requests (60, 2, attributes), and measurements that are equal to them."""
    asked = np.repeat(np.random.default_rng(0).normal(size=(60, 1, len(ATTRIBUTES))), 2, axis=1)
    return asked, asked.copy()


def test_a_perfect_composer_has_full_control(perfect):
    found = control(perfect(60), seeds=2)
    for name in FOLLOWED:
        of = found.attributes[name]
        assert of.spearman.value > 0.99
        assert of.spearman.low > 0.98
        assert of.slope.value == pytest.approx(1, abs=0.03)


def test_shuffled_profiles_have_none(perfect):
    found = control(perfect(60), seeds=2)
    for name in FOLLOWED:
        assert abs(found.attributes[name].shuffled.value) < 0.05
        assert found.attributes[name].shuffled.high < 0.35


def test_what_the_plans_never_vary_is_not_asked_for(perfect):
    found = control(perfect(10), seeds=2)
    assert [name for name, of in found.attributes.items() if of.asked] == ["tempo", "density", "dynamics", "register"]
    assert found.attributes["span"].json()["spearman"]["value"] is None


def test_equal_tables_leak_nothing(tables):
    found = control_of(*tables)
    assert found.attributes["span"].leakage["own"] == pytest.approx(1, abs=1e-3)
    assert found.attributes["span"].leakage["max"] < 1e-3


def test_leakage_names_what_moves_unasked(tables):
    asked, heard = tables
    heard[:, :, PLACE["polyphony"]] = asked[:, :, PLACE["density"]]
    leak = control_of(asked, heard).attributes["density"].leakage
    assert leak["onto"] == "polyphony"
    assert leak["max"] == pytest.approx(1, abs=0.02)


def test_mixed_requests_are_told_apart(tables):
    asked, heard = tables
    asked[:, :, PLACE["density"]] += asked[:, :, PLACE["tempo"]]  # correlated requests
    heard[:, :, PLACE["density"]] = asked[:, :, PLACE["density"]]
    leak = control_of(asked, heard).attributes["tempo"].leakage
    assert leak["max"] < 0.05
    assert leak["shared"] > 0.3


def test_one_missing_request_makes_an_attribute_unasked(tables):
    asked, heard = tables
    asked[3, 0, PLACE["strain"]] = np.nan
    assert not control_of(asked, heard).attributes["strain"].asked


def test_random_profiles_begin_alike():
    assert list(random_profiles(5, 3).items()) == list(random_profiles(9, 3).items())[:5]
    assert random_profiles(2, 3) != random_profiles(2, 4)
