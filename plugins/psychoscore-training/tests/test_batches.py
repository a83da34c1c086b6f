"""Batches: shifted targets, masks, bar indices, and dropped conditions."""

import numpy as np
from attrs import evolve

from psychoscore_training.batches import IGNORED, collate, drops
from psychoscore_training.windows import Window

KEEP, DROP = np.zeros((1, 3), bool), np.ones((1, 3), bool)
WHOLE, MIDDLE = Window(0, 0, 25, 0), Window(0, 8, 16, 9)


def test_targets_are_the_next_rows_of_music(corpus):
    batch = collate(corpus, [WHOLE], KEEP)
    rows, targets = batch.rows[0, :, 0], batch.targets[0, :, 0]
    assert targets[:2].tolist() == [IGNORED] * 2
    assert targets[2:].tolist() == corpus.rows[3:28, 0].tolist() and rows.tolist() == corpus.rows[:27, 0].tolist()
    assert batch.tokens == 25


def test_padding_is_neither_music_nor_target(corpus):
    batch = collate(corpus, [WHOLE, MIDDLE], np.zeros((2, 3), bool))
    assert not batch.mask[1, 9:].any() and (batch.targets[1, 9:] == IGNORED).all() and (batch.bars[1, 9:] == -1).all()
    assert batch.mask[0].sum() == 24 and not batch.mask[0, :3].any()


def test_a_window_in_the_middle_keeps_the_prefix_but_not_bos(corpus):
    batch = collate(corpus, [MIDDLE], KEEP)
    assert batch.rows[0, :2, 0].tolist() == corpus.rows[1:3, 0].tolist()
    assert batch.rows[0, 2:, 0].tolist() == corpus.rows[11:18, 0].tolist()
    assert batch.targets[0, :2, 0].tolist() == [IGNORED] * 2 and batch.tokens == 7


def test_hidden_prefix_tokens_are_left_out(corpus):
    hidden = evolve(corpus, hidden=frozenset({int(corpus.rows[1, 0])}))
    batch = collate(hidden, [WHOLE], KEEP)
    assert batch.rows[0, :2, 0].tolist() == corpus.rows[[0, 2], 0].tolist() and batch.tokens == 25


def test_bars_point_at_their_own_conditions(corpus):
    batch = collate(corpus, [MIDDLE], KEEP)
    assert batch.bars[0].tolist() == [-1, -1, 0, 0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(batch.bar_conditions[0], corpus.bar_conditions[2:4])


def test_dropping_everything_leaves_bos_sep_and_music(corpus):
    batch = collate(corpus, [WHOLE], DROP)
    assert batch.rows[0, :2, 0].tolist() == [1, 2] and batch.rows[0, 2:, 0].tolist() == corpus.rows[3:27, 0].tolist()
    assert not batch.vector_seen[0] and not batch.conditioned[0] and batch.tokens == 25
    assert batch.bar_conditions.shape[1] == 0 and set(batch.bars[0].tolist()) == {-1, 0}


def test_bars_beyond_the_known_ones_have_no_condition(corpus):
    batch = collate(corpus, [WHOLE, WHOLE], np.array([[False] * 3, [False, False, True]]))
    unknown = batch.bar_conditions.shape[1]
    assert (batch.bars[1][batch.mask[1]] == unknown).all() and batch.bars[0].max() == 5


def test_one_dropped_condition_leaves_the_sequence_conditioned(corpus):
    batch = collate(corpus, [WHOLE] * 3, np.eye(3, dtype=bool))
    assert batch.conditioned.all() and batch.vector_seen.tolist() == [True, False, True]


def test_the_losses_always_see_the_true_vector(corpus):
    np.testing.assert_array_equal(collate(corpus, [WHOLE], DROP).vector[0], corpus.vectors[0])


def test_the_share_of_dropped_sequences_is_the_one_asked_for():
    dropped = drops(20000, 0.1, np.random.default_rng(0))
    assert abs(dropped.all(axis=1).mean() - 0.1) < 0.01
    assert np.allclose(dropped.mean(axis=0), 0.19, atol=0.01)


def test_no_dropout_drops_nothing():
    assert not drops(1000, 0.0, np.random.default_rng(0)).any()


def test_what_is_not_stated_is_never_seen(corpus):
    corpus.stated[1] = False
    batch = collate(corpus, [Window(i, 0, 8, 0) for i in range(3)], np.zeros((3, 3), bool))
    assert batch.vector_seen.tolist() == batch.stated.tolist() == [True, False, True]
    assert batch.conditioned.all()
