"""The order in which examples enter batches."""

from itertools import islice

import numpy as np
import pytest

from psychoscore_core.errors import DataError
from psychoscore_losses.info_nce import InfoNce
from psychoscore_losses.plugin import InfoNceConfig

VECTORS = np.random.default_rng(1).random((40, 5)).astype(np.float32)
GROUPS = np.repeat(np.arange(20), 2)


def threes(vectors, groups, seed=0, rounds=1, **options):
    order = InfoNce(InfoNceConfig(**options), 4, vectors.shape[1]).order(vectors, groups, seed)
    return np.fromiter(islice(order, 3 * len(vectors) * rounds), int).reshape(-1, 3)


def test_every_example_is_an_anchor_once_a_round():
    anchors = threes(VECTORS, GROUPS, rounds=2)[:, 0]
    assert sorted(anchors[:40]) == sorted(anchors[40:]) == list(range(40))
    assert anchors[:40].tolist() != anchors[40:].tolist()


def test_positives_share_the_group_and_negatives_do_not():
    anchor, positive, negative = threes(VECTORS, GROUPS).T
    assert (GROUPS[anchor] == GROUPS[positive]).all()
    assert (anchor != positive).all()
    assert (GROUPS[anchor] != GROUPS[negative]).all()


def test_a_lone_example_has_its_nearest_profile_as_positive():
    vectors = np.array([[1.0], [2.0], [2.2], [6.0]])
    anchor, positive, _ = threes(vectors, np.arange(4)).T
    assert dict(zip(anchor.tolist(), positive.tolist(), strict=True)) == {0: 1, 1: 2, 2: 1, 3: 2}


def test_negatives_are_among_the_nearest_that_differ():
    vectors = np.arange(1, 13, dtype=float)[:, None]
    vectors[1] = 1.01  # nearly equal to example 0
    found = threes(vectors, np.array([0, 1, 0, *range(2, 11)]), rounds=20)
    assert set(found[found[:, 0] == 0, 2].tolist()) == {3, 4, 5, 6}


def test_the_same_seed_gives_the_same_order():
    assert (threes(VECTORS, GROUPS, seed=4) == threes(VECTORS, GROUPS, seed=4)).all()
    assert (threes(VECTORS, GROUPS, seed=4) != threes(VECTORS, GROUPS, seed=5)).any()


def test_without_triplets_the_order_is_left_to_the_trainer():
    assert InfoNce(InfoNceConfig(triplets=False), 4, 5).order(VECTORS, GROUPS, 0) is None


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_examples_still_go_on_for_ever(count):
    found = threes(VECTORS[:count], np.zeros(count, int), rounds=3)
    assert set(found.ravel().tolist()) == set(range(count))


def test_a_large_set_is_searched_in_part():
    vectors = np.random.default_rng(2).random((3000, 3))
    order = InfoNce(InfoNceConfig(), 4, 3).order(vectors, np.arange(3000), 0)
    found = np.fromiter(islice(order, 300), int).reshape(-1, 3)
    near = np.sqrt(np.square(vectors[found[:, 0]] - vectors[found[:, 2]]).mean(axis=1))
    assert near.max() < 0.25  # two random examples are 0.4 apart


def test_no_examples_are_an_error_at_once():
    with pytest.raises(DataError, match="info-nce: there are no examples to put in order"):
        InfoNce(InfoNceConfig(), 4, 5).order(VECTORS[:0], GROUPS[:0], 0)


def partly_known(known):
    return np.where(np.asarray(known)[:, None], VECTORS, 0.0)


def test_unknown_profiles_are_anchors_but_no_hard_negatives():
    known = np.arange(40) % 4 < 2  # of each second group
    anchor, positive, negative = threes(partly_known(known), GROUPS).T
    assert sorted(anchor) == list(range(40))
    assert known[negative[known[anchor]]].all()
    assert (GROUPS[anchor] == GROUPS[positive]).all()


def test_a_companion_with_a_profile_comes_first():
    vectors, groups = partly_known(np.arange(40) != 1)[:6], np.array([0, 0, 0, 1, 1, 2])
    found = threes(vectors, groups, rounds=10)
    assert set(found[found[:, 0] == 0, 1].tolist()) == {2}


def test_a_lone_example_without_a_profile_meets_any_other():
    found = threes(partly_known(np.arange(40) != 7), np.arange(40), rounds=30)
    assert len(set(found[found[:, 0] == 7, 1].tolist())) > 10
    assert 7 not in found[found[:, 0] != 7]


def test_where_no_profile_is_known_the_order_is_left_to_the_trainer():
    assert InfoNce(InfoNceConfig(), 4, 5).order(np.zeros((40, 5)), GROUPS, 0) is None
