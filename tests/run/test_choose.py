"""Choosing among candidates."""

from __future__ import annotations

import pytest
from attrs import evolve

from psychoscore_core.errors import RunError
from psychoscore_core.stages.choose import best_of, candidates_of
from psychoscore_core.stages.takes import Wanted
from psychoscore_core.testing import toy

TAKE = toy.take("a")
WANTED = [Wanted(name=name, condition=TAKE.condition, plan=TAKE.plan, seed=seed) for name, seed in (("a", 5), ("b", 6))]


class Last:
    """Likes the candidates with the highest seeds."""

    def rate(self, take):
        return {"seed": take.seed}


def made(wanted):
    return [evolve(TAKE, name=w.name, seed=w.seed) for w in wanted]


def test_the_first_candidate_has_the_takes_own_seed():
    assert [c.seed for c in candidates_of(WANTED, 2)][::2] == [5, 6]


def test_candidates_have_seeds_of_their_own():
    assert len({c.seed for c in candidates_of(WANTED, 50)}) == 100


def test_the_best_of_each_take_is_kept_under_its_name():
    candidates = candidates_of(WANTED, 3)
    marked = [evolve(take, score=take.seed) for take in made(candidates)]  # the score tells which one was kept
    best = best_of(marked, WANTED, {"last": Last()}, "last.seed")
    assert [(take.name, take.seed) for take in best] == [("a", 5), ("b", 6)]
    assert [take.score for take in best] == [candidates[2].seed, candidates[5].seed]


def test_a_rating_that_nobody_gives_is_an_error():
    with pytest.raises(RunError, match="generation.prefer: no rater measures 'last.sed' .did you mean 'last.seed'"):
        best_of(made(candidates_of(WANTED, 2)), WANTED, {"last": Last()}, "last.sed")
