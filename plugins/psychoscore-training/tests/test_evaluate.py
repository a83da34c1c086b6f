"""Evaluation counts every token once and compares with baselines on the same tokens."""

import numpy as np
import pytest
import torch

from psychoscore_core.errors import DataError
from psychoscore_training.batches import collate
from psychoscore_training.evaluate import Validation, _row_metrics, evaluate_split, total_nats
from psychoscore_training.ngram import baselines
from psychoscore_training.windows import Window

CPU = torch.device("cpu")


def test_a_split_in_windows_equals_the_pieces_whole(corpus, toy_module):
    # The toy module sees one row at a time, so windows must change nothing.
    toy_module.eval()
    whole = collate(corpus, [Window(int(i), 0, 25, 0) for i in corpus.split("validation")], np.zeros((3, 3), bool))
    with torch.no_grad():
        expected = total_nats(toy_module, whole) / 75
    metrics = evaluate_split(toy_module, corpus, "validation", 64, CPU)
    assert metrics["nats_per_token"] == pytest.approx(expected)
    assert metrics["nats_per_note"] == pytest.approx(expected * 75 / 54)


def test_counts_are_reported(corpus, toy_module):
    metrics = evaluate_split(toy_module, corpus, "train", 13, CPU)
    assert (metrics["tokens"], metrics["notes"], metrics["pieces"]) == (9 * 25, 9 * 18, 9)


def test_a_uniform_model_pays_the_logarithm_of_the_vocabulary(corpus, toy_module):
    torch.nn.init.zeros_(toy_module.head.weight)
    torch.nn.init.zeros_(toy_module.head.bias)
    metrics = evaluate_split(toy_module, corpus, "validation", 13, CPU)
    assert metrics["nats_per_token"] == pytest.approx(np.log(21))
    assert metrics["unconditional_nats_per_token"] == pytest.approx(np.log(21))


def test_baselines_beat_chance(corpus, toy_module):
    metrics = evaluate_split(toy_module, corpus, "validation", 64, CPU)
    assert 0 < metrics["bigram_nats_per_token"] < np.log(21) - 0.2
    assert 0 < metrics["unigram_nats_per_token"] < np.log(21) - 0.2


def test_an_empty_split_is_a_data_error(corpus, toy_module):
    with pytest.raises(DataError, match="no example in the split 'test'"):
        evaluate_split(toy_module, corpus, "test", 64, CPU)


def test_validation_shows_the_same_windows_each_time(corpus, toy_module):
    validation = Validation(corpus, 13, 2, 3)
    first = validation.nats_per_token(toy_module, "fp32", CPU)
    assert validation.nats_per_token(toy_module, "fp32", CPU) == first and toy_module.training
    assert Validation(corpus, 13, 2, 3).nats_per_token(toy_module, "fp32", CPU) == first


def test_the_bigram_is_scored_on_the_validation_windows(corpus):
    whole = Validation(corpus, 64, 2, 3)
    expected = evaluate_bigram(corpus)
    assert whole.tokens == 75 and whole.bigram_nats_per_token(baselines(corpus)) == pytest.approx(expected)


def evaluate_bigram(corpus):
    from psychoscore_training.evaluate import baseline_metrics

    return baseline_metrics(corpus, corpus.split("validation"), baselines(corpus))["bigram_nats_per_token"]


def test_rows_of_several_families_are_told_apart():
    metrics = _row_metrics(np.array([1.5, 0.5]), ["time", "pitch"])
    assert metrics == {"nats_per_row": 2.0, "nats_per_row_time": 1.5, "nats_per_row_pitch": 0.5}
