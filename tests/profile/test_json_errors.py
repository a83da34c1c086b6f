"""Every bad form and its one message."""

from __future__ import annotations

import pytest

from psychoscore_core.errors import ProfileError
from psychoscore_core.profile_json import profile_from_json

NAN, INF = float("nan"), float("inf")
CASES = [
    ([], "a profile must be a JSON object, not []"),
    (None, "a profile must be a JSON object, not None"),
    ("hamlet", "a profile must be a JSON object, not 'hamlet'"),
    ({1: 2}, "a profile must be a JSON object, not {1: 2}"),
    ({"truma": 0.1}, "unknown field 'truma' (did you mean 'trauma'?)"),
    ({"": 0.1}, "unknown field ''"),
    ({"mood": 0.1}, "unknown field 'mood'"),
    ({"trauma": None}, "trauma must be a number in [0, 1], not None"),
    ({"trauma": "0.5"}, "trauma must be a number in [0, 1], not '0.5'"),
    ({"trauma": True}, "trauma must be a number in [0, 1], not True"),
    ({"trauma": [0.5]}, "trauma must be a number in [0, 1], not [0.5]"),
    ({"trauma": NAN}, "trauma must be a number in [0, 1], not nan"),
    ({"entropy": INF}, "entropy must be a number in [0, 1], not inf"),
    ({"entropy": -INF}, "entropy must be a number in [0, 1], not -inf"),
    ({"entropy": 1.5}, "entropy must be a number in [0, 1], not 1.5"),
    ({"disc": 0.5}, "disc must be a JSON object, not 0.5"),
    ({"disc": {"D": 2}}, "disc.dominance must be a number in [0, 1], not 2"),
    ({"disc": {"X": 0.5}}, "disc: unknown field 'X'"),
    ({"disc": {"dominanse": 0.5}}, "disc: unknown field 'dominanse' (did you mean 'dominance'?)"),
    ({"disc": {"D": 0.5, "dominance": 0.5}}, "disc.dominance: dominance is given twice"),
    ({"disc": {}, "discProfile": {}}, "'discProfile': disc is given twice"),
    ({"ocean": {"N": -0.1}}, "ocean.neuroticism must be a number in [0, 1], not -0.1"),
    ({"ocean": {"O": NAN}}, "ocean.openness must be a number in [0, 1], not nan"),
    ({"rsi": {"real": 1}}, "rsi: give real, symbolic and imaginary together; they must sum to 1"),
    ({"rsi": {"R": 0.5, "S": 0.5, "I": 0.5}}, "rsi: real, symbolic and imaginary must sum to 1, not 1.5"),
    ({"rsi": {"R": NAN, "S": 0.5, "I": 0.5}}, "rsi.real must be a number in [0, 1], not nan"),
    ({"rsi": {"R": 2, "S": -1, "I": 0}}, "rsi.real must be a number in [0, 1], not 2"),
    ({"darkTriad": {"narc": 7}}, "dark_triad.narcissism must be a number in [0, 1], not 7"),
    ({"dark_triad": {"sadism": 0.1}}, "dark_triad: unknown field 'sadism'"),
    ({"biases": "halo"}, "cognitive_biases must be a list of names, not 'halo'"),
    ({"biases": [1]}, "cognitive_biases must be a list of names, not [1]"),
    ({"biases": None}, "cognitive_biases must be a list of names, not None"),
    (
        {"biases": ["hallo"]},
        "cognitive_biases: unknown bias 'hallo' (did you mean 'halo'?); known: authority, scarcity",
    ),
    ({"biases": ["bias"]}, "cognitive_biases: unknown bias 'bias'"),
    ({"biases": [""]}, "cognitive_biases: unknown bias ''"),
    ({"biases": ["halo", "haloBias"]}, "cognitive_biases: halo is given twice"),
    ({"biases": {"halo": 0.5}}, "cognitive_biases.halo must be 0 or 1, not 0.5"),
    ({"biases": {"halo": "1"}}, "cognitive_biases.halo must be 0 or 1, not '1'"),
    ({"biases": {"hallo": 0}}, "cognitive_biases: unknown bias 'hallo'"),
    ({"biases": {"halo": 1, "Halo": 0}}, "cognitive_biases: halo is given twice"),
    ({"physics": []}, "physics must be a JSON object, not []"),
    ({"physics": {"entropy": 0.5}}, "physics: unknown field 'entropy'"),
    ({"physics": {"ising": {"exponent": 0.1}}}, "physics.ising: unknown field 'exponent'"),
    ({"physics": {"total": 2}}, "physics.total_energy must be a number in [0, 1], not 2"),
    ({"physics": {"hamiltonian": {"kinetic": NAN}}}, "physics.kinetic_energy must be a number in [0, 1], not nan"),
    ({"physics": {"magnetization": -1.1}}, "physics.magnetization must be a number in [-1, 1], not -1.1"),
    ({"physics": {"exponent": 0.6}}, "physics.exponent must be a number in [-0.5, 0.5], not 0.6"),
    ({"physics": {"lyapunov": {"exponent": -0.6}}}, "physics.exponent must be a number in [-0.5, 0.5], not -0.6"),
    ({"physics": {"spin": 0}}, "physics.spin must be + or -, not 0"),
    ({"physics": {"spin": True}}, "physics.spin must be + or -, not True"),
    ({"physics": {"spin": None}}, "physics.spin must be + or -, not None"),
    ({"physics": {"ising": {"spin": "sideways"}}}, "physics.spin must be + or -, not 'sideways'"),
    ({"physics": {"spin": {"x": 1}}}, "physics.spin must be + or -, not {'x': 1}"),
    ({"physics": {"spin": NAN}}, "physics.spin must be + or -, not nan"),
    ({"physics": {"total": 0.5, "hamiltonian": {"total": 0.5}}}, "physics.hamiltonian: total_energy is given twice"),
    ({"physics": {"spin": "+", "ising": "+"}}, "physics.ising: spin is given twice"),
]


@pytest.mark.parametrize(("form", "message"), CASES, ids=[message for _, message in CASES])
def test_a_bad_form_is_one_error_that_names_the_field(form, message):
    with pytest.raises(ProfileError) as caught:
        profile_from_json(form, "mind.json")
    assert str(caught.value).startswith(f"mind.json: {message}") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "form", [{"x" * 10**5: 1}, {"trauma": "x" * 10**5}, {"biases": ["x" * 10**5]}, {"disc": ["x"] * 10**5}]
)
def test_messages_stay_short(form):
    with pytest.raises(ProfileError) as caught:
        profile_from_json(form)
    assert len(str(caught.value)) < 800


def test_a_deep_value_is_an_error_and_no_crash():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ProfileError, match=r"trauma must be a number in \[0, 1\], not \[\[\["):
        profile_from_json({"trauma": deep})
    while deep:  # taken apart by hand: Python frees deep nesting by recursion
        deep = deep.pop()
