"""Profiles from hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from psychoscore_core.profile import BIASES, DIMENSIONS, DarkTriad, Disc, Ocean, Physics, Profile, Rsi


def numbers(prefix: str) -> st.SearchStrategy[dict]:
    found = {d.name.removeprefix(prefix): d for d in DIMENSIONS if d.name.startswith(prefix)}
    return st.fixed_dictionaries(
        {n: st.sampled_from([1, -1]) if n == "spin" else st.floats(d.low, d.high) for n, d in found.items()}
    )


@st.composite
def shares(draw) -> Rsi:
    low, high = sorted((draw(st.floats(0, 1)), draw(st.floats(0, 1))))
    return Rsi(real=low, symbolic=high - low, imaginary=1 - high)


@st.composite
def profiles(draw) -> Profile:
    return Profile(
        disc=Disc(**draw(numbers("disc."))),
        ocean=Ocean(**draw(numbers("ocean."))),
        rsi=draw(shares()),
        trauma=draw(st.floats(0, 1)),
        entropy=draw(st.floats(0, 1)),
        dark_triad=DarkTriad(**draw(numbers("dark_triad."))),
        cognitive_biases=draw(st.lists(st.sampled_from(BIASES), unique=True)),
        physics=Physics(**draw(numbers("physics."))),
    )


@pytest.fixture(scope="session")
def any_profile() -> st.SearchStrategy[Profile]:
    return profiles()
