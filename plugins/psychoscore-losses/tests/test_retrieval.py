"""The mean reciprocal rank."""

import pytest
import torch

from psychoscore_losses.retrieval import mean_reciprocal_rank


def test_it_averages_one_over_the_rank():
    similarity = torch.tensor([[0.9, 0.1, 0.2], [0.8, 0.5, 0.1], [0.3, 0.2, 0.1]])
    assert mean_reciprocal_rank(similarity) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_knowing_nothing_is_not_rewarded():
    assert mean_reciprocal_rank(torch.zeros(5, 5)) == pytest.approx(1 / 3)


def test_candidates_that_are_no_rivals_do_not_outrank():
    own, rival = torch.tensor([[True, False, False]]), torch.tensor([[False, False, True]])
    assert mean_reciprocal_rank(torch.tensor([[0.5, 0.9, 0.1]]), own, rival) == 1.0


def test_no_query_is_no_success():
    assert mean_reciprocal_rank(torch.zeros(0, 4)) == 0.0
