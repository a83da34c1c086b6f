"""The sampler of random profiles: its laws and its seed."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter

import pytest

from psychoscore_core.profile import BIASES, DIMENSIONS
from psychoscore_core.random_profile import random_profile

NAMES = [d.name for d in DIMENSIONS]
DRAWS = 4000
LAWS = {
    "disc.dominance": (2, 5),
    "disc.influence": (3, 3),
    "disc.steadiness": (3, 3),
    "disc.compliance": (2, 4),
    **{name: (3, 3) for name in NAMES if name.startswith("ocean.")},
    "trauma": (2, 5),
    "entropy": (2, 3),
    "dark_triad.machiavellianism": (1.5, 8),
    "dark_triad.narcissism": (1.5, 8),
    "dark_triad.psychopathy": (1.2, 10),
}
UNIFORM = [d for d in DIMENSIONS if d.name.startswith("physics.") and d.name != "physics.spin"]


@pytest.fixture(scope="module")
def columns() -> dict[str, list[float]]:
    rng = random.Random(2024)
    vectors = [random_profile(rng).to_vector() for _ in range(DRAWS)]
    return dict(zip(NAMES, map(list, zip(*vectors, strict=True)), strict=True))


@pytest.mark.parametrize(("name", "law"), LAWS.items())
def test_beta_laws_have_their_mean_and_spread(columns, name, law):
    a, b = law
    spread = math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    assert statistics.mean(columns[name]) == pytest.approx(a / (a + b), abs=5 * spread / math.sqrt(DRAWS))
    assert statistics.stdev(columns[name]) == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize("dimension", UNIFORM, ids=lambda d: d.name)
def test_physics_is_uniform(columns, dimension):
    width = dimension.high - dimension.low
    fifths = Counter(int((x - dimension.low) / width * 5) for x in columns[dimension.name])
    assert sum((fifths[i] - DRAWS / 5) ** 2 / (DRAWS / 5) for i in range(5)) < 23.5  # chi-square, p = 0.0001


def test_the_spin_is_even(columns):
    assert columns["physics.spin"].count(1.0) == pytest.approx(DRAWS / 2, abs=4 * math.sqrt(DRAWS / 4))


def test_shares_are_even_and_sum_to_1(columns):
    shares = [columns[f"rsi.{n}"] for n in ("real", "symbolic", "imaginary")]
    assert all(statistics.mean(share) == pytest.approx(1 / 3, abs=0.015) for share in shares)
    assert all(sum(row) == pytest.approx(1, abs=1e-9) for row in zip(*shares, strict=True))


def test_zero_to_three_biases_are_equally_likely(columns):
    counts = Counter(sum(int(columns[f"bias.{b}"][i]) for b in BIASES) for i in range(DRAWS))
    assert set(counts) == {0, 1, 2, 3}
    assert sum((n - DRAWS / 4) ** 2 / (DRAWS / 4) for n in counts.values()) < 21.1


def test_every_bias_comes_up_equally(columns):
    counts = [sum(columns[f"bias.{b}"]) for b in BIASES]
    assert min(counts) > 0.7 * statistics.mean(counts) and max(counts) < 1.3 * statistics.mean(counts)


def test_the_same_state_gives_the_same_profile():
    assert random_profile(random.Random(3)) == random_profile(random.Random(3))


def test_another_seed_gives_another_profile():
    assert random_profile(random.Random(3)) != random_profile(random.Random(4))


def test_every_dimension_counts_as_given():
    assert random_profile(random.Random(0)).given == frozenset(NAMES)
