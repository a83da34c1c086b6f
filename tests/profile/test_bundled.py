"""The profiles that ship with the package."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from psychoscore_core.profile import DIMENSIONS
from psychoscore_core.profile_json import bundled_profiles, profile_to_json, read_profile
from psychoscore_core.rule_table import complete, dynamics_of, plan_of

NAMES = bundled_profiles()


def form(name: str) -> dict:
    return json.loads(files("psychoscore_core").joinpath("profiles", f"{name}.json").read_text("utf-8"))


def test_the_four_characters_and_the_four_corners_are_there():
    corners = {"calm-order", "calm-chaos", "wounded-order", "wounded-chaos"}
    assert set(NAMES) >= {"hamlet", "lady-macbeth", "ophelia", "puck"} | corners


@pytest.mark.parametrize("name", NAMES)
def test_states_every_dimension(name):
    assert read_profile(name).given == frozenset(d.name for d in DIMENSIONS)


@pytest.mark.parametrize("name", NAMES)
def test_has_one_sentence_of_description(name):
    sentence = form(name)["description"]
    assert sentence.endswith(".") and sentence.count(".") == 1 and 60 < len(sentence) < 250


@pytest.mark.parametrize("name", NAMES)
def test_is_written_in_the_documented_form(name):
    numbers = {key: value for key, value in form(name).items() if key not in ("name", "description")}
    again = profile_to_json(read_profile(name))
    assert {**numbers, "cognitive_biases": sorted(numbers["cognitive_biases"])} == {
        **again,
        "cognitive_biases": sorted(again["cognitive_biases"]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_total_energy_is_the_mean_of_its_parts(name):
    physics = read_profile(name).physics
    assert physics.total_energy == pytest.approx((physics.kinetic_energy + physics.potential_energy) / 2, abs=0.051)


@pytest.mark.parametrize(
    ("name", "trauma", "entropy"),
    [("calm-order", 0, 0), ("calm-chaos", 0, 1), ("wounded-order", 1, 0), ("wounded-chaos", 1, 1)],
)
def test_corners_lie_in_their_corner(name, trauma, entropy):
    profile = read_profile(name)
    assert abs(profile.trauma - trauma) <= 0.15 and abs(profile.entropy - entropy) <= 0.15


def test_no_two_ask_for_the_same_piece():
    profiles = [read_profile(name) for name in NAMES]
    assert len({complete(p).key for p in profiles}) == len(NAMES)
    assert len({plan_of(p, 16) for p in profiles}) == len(NAMES)


def test_together_they_use_six_modes_and_all_four_dynamics():
    profiles = [read_profile(name) for name in NAMES]
    assert len({complete(p).mode for p in profiles}) == 6
    assert {dynamics_of(p)[0] for p in profiles} == {"p", "mf", "f", "ff"}
