"""The sweep: pairs of profiles, and which way the music goes."""

from __future__ import annotations

import pytest
from attrs import evolve
from symusic import Score

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.profile import DIMENSIONS
from psychoscore_core.records import DENSITY_MAX, BarPlan, Plan, Take
from psychoscore_evaluation.sweep import Moves, profile_with, summary, sweep, sweep_profiles


@pytest.fixture
def moves(perfect, composed) -> Moves:
    """Return a sweep whose plans ask entropy and scarcity for more notes; the music follows for entropy only."""
    take = perfect(1)[0]

    def one(name: str, high: bool) -> Take:
        asks = high and name in ("entropy", "bias.scarcity")
        follows = high and name == "entropy"
        plan = Plan(key="C", mode="Ionian", tempo=100, bars=(BarPlan(density=(12 if asks else 6) / DENSITY_MAX),) * 4)
        return evolve(take, plan=plan, score=played(composed, plan, 12 if follows else 6))

    return sweep([one(d.name, high) for d in DIMENSIONS for high in (False, True) for _ in range(2)], 2)


def played(composed, plan: Plan, onsets: int) -> Score:
    return composed(evolve(plan, bars=(BarPlan(density=onsets / DENSITY_MAX),) * 4))


def test_each_profile_moves_one_dimension():
    profiles = sweep_profiles()
    assert len(profiles) == 2 * len(DIMENSIONS)
    vector = profiles["ocean.openness high"].to_vector()
    assert [d.name for d, v in zip(DIMENSIONS, vector, strict=True) if v != d.neutral] == ["ocean.openness"]


def test_other_registers_share_what_one_leaves():
    assert profile_with("rsi.real", 0.0).rsi.symbolic == 0.5


def test_a_move_that_was_asked_for_follows(moves):
    move, density = moves["entropy"]["density"], ATTRIBUTES["density"]
    assert move.follows
    assert move.moved == pytest.approx(6 / (density.high - density.low), abs=1e-4)


def test_a_request_that_is_not_heard_does_not(moves):
    move = moves["bias.scarcity"]["density"]
    assert (move.asks, move.moves, move.follows) == (True, False, False)


def test_the_summary_says_it_of_every_row_of_the_map(moves):
    found = summary(moves, 2)
    rows = {(row["dimension"], row["attribute"]): row["music"] for row in found["map"]["rows"]}
    assert rows["entropy", "density"] == "with"
    assert rows["bias.scarcity", "density"] == "still"
    assert "entropy" not in found["silent"]
    assert found["map"]["with"] + found["map"]["against"] + found["map"]["still"] == len(rows)
