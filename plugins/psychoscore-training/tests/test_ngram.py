"""The baselines against figures computed by hand."""

import numpy as np
import pytest

from psychoscore_training import ngram
from psychoscore_training.ngram import Bigram, baselines, music_pairs

PREVIOUS, CURRENT = np.array([2, 0, 1, 0]), np.array([0, 1, 0, 1])


def test_the_unigram_adds_one():
    model = Bigram(PREVIOUS, CURRENT, 3)
    assert model.unigram(np.array([0, 2])) == pytest.approx(-np.log(3 / 7) - np.log(1 / 7))


def test_the_bigram_interpolates(monkeypatch):
    monkeypatch.setattr(ngram, "WEIGHTS", (0.5,))
    monkeypatch.setattr(ngram, "ADDED", (1.0,))
    model = Bigram(PREVIOUS, CURRENT, 3)
    seen, unseen = 0.5 * 3 / 5 + 0.5 * 3 / 7, 0.5 * 1 / 4 + 0.5 * 1 / 7
    assert model.bigram(np.array([0, 1]), np.array([1, 2])) == pytest.approx(-np.log(seen) - np.log(unseen))


def test_counting_in_chunks_changes_nothing(monkeypatch):
    random = np.random.default_rng(0)
    previous, current = random.integers(0, 9, 1000), random.integers(0, 9, 1000)
    whole = Bigram(previous, current, 9)
    monkeypatch.setattr(ngram, "CHUNK", 64)
    parts = Bigram(previous, current, 9)
    assert np.array_equal(whole.pairs, parts.pairs) and np.array_equal(whole.counts, parts.counts)


def test_a_learnable_chain_beats_the_unigram():
    chain = np.arange(3000) % 7
    model = Bigram(chain[:-1], chain[1:], 7)
    assert model.bigram(chain[:-1], chain[1:]) < 0.05 * model.unigram(chain[1:])


def test_the_first_token_follows_the_separator(corpus):
    previous, current = music_pairs(corpus, np.array([0]))
    assert previous[0, 0] == 2 and current[:, 0].tolist() == corpus.rows[3:28, 0].tolist()


def test_baselines_are_fitted_on_the_train_split(corpus):
    assert baselines(corpus)[0].single.sum() == 9 * 25
