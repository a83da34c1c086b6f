"""Profile to vector and back."""

from __future__ import annotations

import json
import random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from psychoscore_core.errors import ProfileError
from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.profile_json import profile_from_json, profile_to_json
from psychoscore_core.random_profile import random_profile

NAMES = [d.name for d in DIMENSIONS]
FREE = [d for d in DIMENSIONS if not d.name.startswith(("bias.", "rsi.")) and d.name != "physics.spin"]
TWO_VALUED = [d for d in DIMENSIONS if d.name.startswith("bias.")]


def vector_with(name: str, value: object) -> list:
    vector: list = list(Profile().to_vector())
    vector[NAMES.index(name)] = value
    return vector


@given(st.data())
def test_vector_round_trip_is_exact(any_profile, data):
    profile = data.draw(any_profile)
    vector = profile.to_vector()
    assert Profile.from_vector(vector) == profile and Profile.from_vector(vector).to_vector() == vector


@given(st.data())
def test_json_round_trip_is_exact(any_profile, data):
    profile = data.draw(any_profile)
    again = profile_from_json(json.loads(json.dumps(profile_to_json(profile))))
    assert again == profile and again.given == frozenset(NAMES)


def test_every_dimension_has_its_own_place():
    for dimension in FREE + TWO_VALUED:
        value = 1.0 if dimension in TWO_VALUED else (dimension.low + 3 * dimension.high) / 4
        vector = vector_with(dimension.name, value)
        found = Profile.from_vector(vector).to_vector()
        assert found == tuple(vector)


def test_a_vector_gives_every_dimension():
    assert Profile.from_vector(Profile().to_vector()).given == frozenset(NAMES)


def test_given_does_not_make_profiles_unequal():
    assert Profile.from_vector(Profile().to_vector()) == Profile()


@pytest.mark.parametrize("length", [0, 56, 58])
def test_a_wrong_length_is_named(length):
    with pytest.raises(ProfileError, match=f"a profile vector has 57 numbers, not {length}$"):
        Profile.from_vector([0.5] * length)


BAD = [float("nan"), float("inf"), float("-inf"), 10**400]


@pytest.mark.parametrize("dimension", FREE, ids=lambda d: d.name)
@pytest.mark.parametrize("step", [-1e-9, 1e-9, -5.0, 5.0])
def test_every_range_ends_where_it_says(dimension, step):
    value = dimension.low + step if step < 0 else dimension.high + step
    with pytest.raises(ProfileError, match=rf"^{dimension.name} must be a number in \[{dimension.low:g}, "):
        Profile.from_vector(vector_with(dimension.name, value))


@pytest.mark.parametrize("dimension", FREE, ids=lambda d: d.name)
def test_both_ends_of_every_range_belong_to_it(dimension):
    for value in (dimension.low, dimension.high):
        assert Profile.from_vector(vector_with(dimension.name, value)).to_vector()[NAMES.index(dimension.name)] == value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", BAD, ids=["nan", "inf", "-inf", "huge"])
def test_no_dimension_takes_what_is_no_number(name, value):
    named = name.replace("bias.", "cognitive_biases.") if name.startswith("bias.") and value in BAD[:3] else name
    with pytest.raises(ProfileError, match=f"^{named} must be "):
        Profile.from_vector(vector_with(name, value))


@pytest.mark.parametrize("value", ["x", None, [1]])
def test_a_value_that_is_no_number_is_named(value):
    with pytest.raises(ProfileError, match="^ocean.openness must be a number, not "):
        Profile.from_vector(vector_with("ocean.openness", value))


@pytest.mark.parametrize("dimension", TWO_VALUED, ids=lambda d: d.name)
def test_a_bias_is_0_or_1(dimension):
    name = dimension.name.removeprefix("bias.")
    with pytest.raises(ProfileError, match=f"^cognitive_biases.{name} must be 0 or 1, not 0.5"):
        Profile.from_vector(vector_with(dimension.name, 0.5))


@pytest.mark.parametrize("value", [0.0, 0.5, 2.0])
def test_the_spin_is_up_or_down(value):
    with pytest.raises(ProfileError, match=r"^physics.spin must be \+ or -, not "):
        Profile.from_vector(vector_with("physics.spin", value))


@pytest.mark.parametrize("name", ["rsi.real", "rsi.symbolic", "rsi.imaginary"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_shares_have_a_range(name, value):
    with pytest.raises(ProfileError, match=rf"^{name} must be a number in \[0, 1\]"):
        Profile.from_vector(vector_with(name, value))


def test_shares_must_sum_to_1():
    with pytest.raises(ProfileError, match=r"^rsi: real, symbolic and imaginary must sum to 1, not 1.26666667$"):
        Profile.from_vector(vector_with("rsi.real", 0.6))


def test_the_text_of_a_near_miss_shows_the_difference():
    with pytest.raises(ProfileError, match=r"not 1.00001$"):
        Profile.from_vector(vector_with("rsi.real", 1 / 3 + 1e-5))


def test_shares_may_miss_1_by_rounding():
    assert Profile.from_vector(vector_with("rsi.real", 0.3333334)).rsi.real == 0.3333334


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("disc", None, "disc must be a Disc, not None"),
        ("physics", {}, "physics must be a Physics, not {}"),
        ("trauma", True, r"trauma must be a number in \[0, 1\], not True"),
        ("entropy", "0.5", r"entropy must be a number in \[0, 1\], not '0.5'"),
        ("cognitive_biases", "halo", "cognitive_biases must be a list of names, not 'halo'"),
        ("cognitive_biases", 3, "cognitive_biases must be a list of names, not 3"),
        ("cognitive_biases", ("hallo",), "cognitive_biases: unknown bias 'hallo'; known: authority, "),
        ("cognitive_biases", ([],), r"cognitive_biases: unknown bias \[\]; known: authority, "),
    ],
)
def test_a_profile_made_in_python_is_checked_too(field, value, text):
    with pytest.raises(ProfileError, match=f"^{text}"):
        evolve(Profile(), **{field: value})


def test_a_text_of_any_length_makes_a_short_message():
    with pytest.raises(ProfileError) as caught:
        Profile(trauma="x" * 10**6)
    assert len(str(caught.value)) < 200


def test_an_integer_too_long_to_write_makes_a_message():
    with pytest.raises(ProfileError, match=r"trauma must be a number in \[0, 1\], not int of a huge size"):
        Profile(trauma=10**5000)


def test_a_thousand_random_profiles_come_back():
    rng = random.Random(5)
    profiles = [random_profile(rng) for _ in range(1000)]
    assert [Profile.from_vector(p.to_vector()) for p in profiles] == profiles
