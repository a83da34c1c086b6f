"""A model is shown what its training showed, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import Stream
from psychoscore_training.known import Known, Unlearnt, known_from

STREAM = Stream(rows=np.array([[1, 0], [7, 0], [8, 0], [2, 0]]), vector=(0.5,), bars=None)


def test_rows_that_training_never_showed_are_left_out():
    assert Known(unseen=(frozenset({7, 30}),)).shown(STREAM).rows[:, 0].tolist() == [1, 8, 2]


def test_the_ends_of_a_prompt_stay():
    assert Known(unseen=(frozenset({1, 2, 7, 8}),)).shown(STREAM).rows[:, 0].tolist() == [1, 2]


@pytest.mark.parametrize(("profiles", "vector"), [(True, (0.5,)), (False, None)])
def test_a_profile_is_shown_where_training_showed_some(profiles, vector):
    assert Known(profiles=profiles).shown(STREAM).vector == vector


def test_it_survives_json():
    known = Known(unseen=(frozenset({9, 3}), frozenset()), profiles=False)
    assert known_from(known.json()) == known and known.json()["unseen"] == [[3, 9], []]


@pytest.mark.parametrize("value", [{"unseen": "all"}, {"unseen": [[1.5]]}, {"unseen": [1]}, {"profiles": 1}])
def test_anything_else_is_refused(value):
    with pytest.raises(ValueError, match="known must hold"):
        known_from(value)


def test_older_files_know_everything():
    assert known_from({}) == Known()


def test_ids_that_training_never_showed_cannot_be_drawn():
    unlearnt = Unlearnt.of(Known(unseen=(frozenset({1}), frozenset({0, 99}))), (3, 2))
    first, later = unlearnt.taken([np.zeros((1, 3)), lambda drawn: np.zeros((1, 2))])
    assert first.tolist() == [[0, -np.inf, 0]] and later(first).tolist() == [[-np.inf, 0]]


def test_what_is_left_is_divided():
    step = Unlearnt.of(Known(unseen=(frozenset({1}),)), (3,)).taken([np.full((1, 3), 4.0)], 2.0)
    assert step[0].tolist() == [[2, -np.inf, 2]] and len(step) == 1 and not hasattr(step, "draw")


def test_a_step_that_draws_is_told_of_both():
    class Drawing(list):
        def draw(self, *given):
            return given[-2].tolist(), given[-1]

    step = Unlearnt.of(Known(unseen=(frozenset({1, 2}),)), (3,)).taken(Drawing([None]), 1.5)
    assert step.draw(0, None, [], None) == ([1, 2], 1.5)


def test_where_nothing_is_known_all_can_be():
    assert Unlearnt.of(Known(), (3,)).taken([np.zeros((1, 3))])[0].tolist() == [[0, 0, 0]]
