"""Mean reciprocal rank of known similarity tables."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_evaluation.retrieval import retrieval, retrieval_by, true_ranks


def test_ranks_of_the_diagonal_with_ties_in_the_middle():
    table = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.5], [0.9, 0.8, 0.1]])
    assert true_ranks(table).tolist() == [1, 2, 3]


def test_embeddings_that_agree_find_every_piece():
    rows = np.random.default_rng(0).normal(size=(40, 8))
    found = retrieval(rows, 3 * rows)
    assert found.mean_reciprocal_rank.json() == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 40}


def test_embeddings_that_know_nothing_are_at_chance():
    rng = np.random.default_rng(0)
    found = retrieval(rng.normal(size=(100, 8)), rng.normal(size=(100, 8)))
    assert found.mean_reciprocal_rank.low < found.chance < found.mean_reciprocal_rank.high


def test_tables_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match=r"not \(3, 2\), \(4, 2\)"):
        retrieval(np.zeros((3, 2)), np.zeros((4, 2)))


def test_songs_are_resampled_not_pairs():
    table = np.random.default_rng(0).normal(size=(40, 40))
    pairs, songs = retrieval_by(table), retrieval_by(table, songs=["a", "b", "c", "d"] * 10)
    assert (pairs.mean_reciprocal_rank.n, songs.mean_reciprocal_rank.n) == (40, 4)
    assert pairs.mean_reciprocal_rank.value == songs.mean_reciprocal_rank.value


def test_a_similarity_is_read_row_by_row():
    assert retrieval_by(np.array([[1.0, 0.0], [1.0, 0.0]])).mean_reciprocal_rank.value == 0.75
