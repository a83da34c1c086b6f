"""Schedule and decay."""

import pytest
import torch

from psychoscore_core.records import Training
from psychoscore_training.optim import adamw, learning_rate

TRAINING = Training(steps=100, warmup=0.1, learning_rate=1.0, min_lr_ratio=0.1)


def test_warm_up_is_linear_to_the_peak():
    assert [learning_rate(s, TRAINING) for s in (0, 4, 9)] == pytest.approx([0.1, 0.5, 1.0])


def test_the_cosine_falls_from_the_peak_to_the_minimum():
    assert [learning_rate(s, TRAINING) for s in (10, 55, 100)] == pytest.approx([1.0, 0.55, 0.1])


def test_only_matrices_decay():
    matrix, vector = torch.nn.Parameter(torch.ones(2, 2)), torch.nn.Parameter(torch.ones(2))
    optimizer = adamw({"matrix": matrix, "vector": vector}, Training(learning_rate=0.5, weight_decay=0.1))
    matrix.grad, vector.grad = torch.zeros(2, 2), torch.zeros(2)
    optimizer.step()
    assert torch.allclose(matrix, torch.full((2, 2), 0.95)) and torch.equal(vector, torch.ones(2))
