"""What the JSON form says, in all its spellings."""

from __future__ import annotations

import pytest

from psychoscore_core.profile import BIASES, DIMENSIONS, DarkTriad, Disc, Ocean, Physics, Profile, Rsi
from psychoscore_core.profile_json import profile_from_json, profile_to_json

SNAKE = {
    "disc": {"D": 0.1, "I": 0.2, "S": 0.3, "C": 0.4},
    "ocean": {"O": 0.5, "C": 0.6, "E": 0.7, "A": 0.8, "N": 0.9},
    "rsi": {"real": 0.5, "symbolic": 0.25, "imaginary": 0.25},
    "trauma": 0.15,
    "entropy": 0.25,
    "dark_triad": {"machiavellianism": 0.35, "narcissism": 0.45, "psychopathy": 0.55},
    "cognitive_biases": ["social_proof", "authority"],
    "physics": {
        "hamiltonian": {"total": 0.1, "kinetic": 0.2, "potential": 0.3},
        "ising": {"spin": "-", "magnetization": -0.4, "coupling": 0.5},
        "granovetter": {"threshold": 0.6, "adoption": 0.7},
        "lyapunov": {"exponent": -0.3, "stability": 0.9},
    },
}
CAMEL = {
    "discProfile": {"dominance": 0.1, "influence": 0.2, "steadiness": 0.3, "compliance": 0.4},
    "oceanProfile": SNAKE["ocean"],
    "rsiRegisters": {"R": 0.5, "S": 0.25, "I": 0.25},
    "traumaLevel": 0.15,
    "entropyLevel": 0.25,
    "darkTriad": {"mach": 0.35, "narc": 0.45, "psych": 0.55},
    "activeBiases": ["authorityBias", "SocialProof"],
    "physicsState": {
        "totalEnergy": 0.1,
        "kineticEnergy": 0.2,
        "potentialEnergy": 0.3,
        "isingSpin": "-",
        "magnetization": -0.4,
        "coupling": 0.5,
        "granovetterThreshold": 0.6,
        "adoptionRate": 0.7,
        "lyapunovExponent": -0.3,
        "stability": 0.9,
    },
}
WHOLE = Profile(
    disc=Disc(dominance=0.1, influence=0.2, steadiness=0.3, compliance=0.4),
    ocean=Ocean(openness=0.5, conscientiousness=0.6, extraversion=0.7, agreeableness=0.8, neuroticism=0.9),
    rsi=Rsi(real=0.5, symbolic=0.25, imaginary=0.25),
    trauma=0.15,
    entropy=0.25,
    dark_triad=DarkTriad(machiavellianism=0.35, narcissism=0.45, psychopathy=0.55),
    cognitive_biases=("authority", "social_proof"),
    physics=Physics(
        total_energy=0.1,
        kinetic_energy=0.2,
        potential_energy=0.3,
        spin=-1,
        magnetization=-0.4,
        coupling=0.5,
        threshold=0.6,
        adoption=0.7,
        exponent=-0.3,
        stability=0.9,
    ),
)


@pytest.mark.parametrize("form", [SNAKE, CAMEL], ids=["snake_case", "camelCase"])
def test_a_whole_form_gives_every_number(form):
    profile = profile_from_json(form)
    assert profile == WHOLE and profile.given == frozenset(d.name for d in DIMENSIONS)


def test_the_written_form_is_the_documented_one():
    assert profile_to_json(WHOLE) == {**SNAKE, "cognitive_biases": ["authority", "social_proof"]}


def test_an_empty_form_is_the_neutral_profile():
    profile = profile_from_json({})
    assert profile == Profile() and profile.given == frozenset()


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ({"trauma": 0}, {"trauma"}),
        ({"disc": {"S": 0.5}}, {"disc.steadiness"}),
        ({"disc": {}}, set()),
        ({"rsi": {"R": 1, "S": 0, "I": 0}}, {"rsi.real", "rsi.symbolic", "rsi.imaginary"}),
        ({"cognitive_biases": []}, {f"bias.{name}" for name in BIASES}),
        ({"physics": {"ising": "+"}}, {"physics.spin"}),
    ],
)
def test_a_partial_form_says_what_was_given(form, given):
    assert profile_from_json(form).given == given


def test_what_a_partial_form_leaves_out_is_neutral():
    assert profile_from_json({"ocean": {"E": 0.9}, "trauma": 0.4}) == Profile(ocean=Ocean(extraversion=0.9), trauma=0.4)


@pytest.mark.parametrize("key", ["name", "description", "summary", "comment", "id", "title", "Description"])
def test_words_for_people_are_read_over(key):
    assert profile_from_json({key: ["anything"]}) == Profile()


def test_biases_may_be_an_object_of_ones_and_zeros():
    assert profile_from_json({"biases": {"halo": 1, "recency": False, "framing": True}}).cognitive_biases == (
        "halo",
        "framing",
    )


@pytest.mark.parametrize(
    ("written", "spin"), [("+", 1), ("-", -1), ("+1", 1), (-1, -1), ("up", 1), ("down", -1), (1.0, 1)]
)
def test_the_spin_has_many_spellings(written, spin):
    assert profile_from_json({"physics": {"spin": written}}).physics.spin == spin


@pytest.mark.parametrize(
    ("framework", "value", "name"),
    [
        ("hamiltonian", 0.9, "total_energy"),
        ("ising", "-", "spin"),
        ("granovetter", 0.9, "threshold"),
        ("lyapunov", 0.4, "exponent"),
    ],
)
def test_a_framework_alone_stands_for_its_first_number(framework, value, name):
    assert profile_from_json({"physics": {framework: value}}).given == {f"physics.{name}"}


def test_whole_numbers_are_numbers():
    assert profile_from_json({"trauma": 1}) == Profile(trauma=1.0)
