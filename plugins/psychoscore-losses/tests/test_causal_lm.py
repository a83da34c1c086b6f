"""The values and gradients of `causal-lm`."""

import math
from types import SimpleNamespace

import pytest
import torch

from psychoscore_losses.causal_lm import CausalLm
from psychoscore_losses.plugin import CausalLmConfig

# Two positions over two tokens: odds of 1:3, then of 1:1.
ODDS = [[[0.0, math.log(3)], [0.0, 0.0]]]


def loss(logits, targets, **options):
    outputs = SimpleNamespace(logits=[torch.as_tensor(family) for family in logits], hidden=torch.zeros(1, 2, 4))
    batch = SimpleNamespace(targets=torch.as_tensor(targets))
    return CausalLm(CausalLmConfig(**options), hidden_size=4, vector_size=3)(outputs, batch)


def test_it_is_the_mean_of_negative_log_probabilities():
    value = loss([ODDS], [[[1], [0]]])
    assert value.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)


def test_ignored_targets_do_not_count():
    assert float(loss([ODDS], [[[1], [-100]]])) == pytest.approx(math.log(4 / 3))


def test_families_are_averaged_apart_and_summed():
    value = loss([ODDS, ODDS], [[[1, 0], [-100, 0]]])
    assert value.item() == pytest.approx(math.log(4 / 3) + (math.log(4) + math.log(2)) / 2)


def test_label_smoothing_spreads_the_target():
    value = loss([ODDS], [[[1], [-100]]], label_smoothing=0.2)
    assert value.item() == pytest.approx(0.9 * math.log(4 / 3) + 0.1 * math.log(4))


def test_z_loss_adds_the_squared_log_partition_of_the_targets():
    value = loss([ODDS], [[[1], [-100]]], z_loss=0.01)
    assert value.item() == pytest.approx(math.log(4 / 3) + 0.01 * math.log(4) ** 2)


def test_nothing_to_predict_gives_zero_gradients():
    logits = torch.tensor(ODDS, requires_grad=True)
    value = loss([logits], [[[-100], [-100]]], z_loss=0.1)
    value.backward()
    assert value.item() == 0.0
    assert torch.equal(logits.grad, torch.zeros_like(logits))


def test_half_precision_logits_are_summed_in_single_precision():
    value = loss([torch.tensor(ODDS, dtype=torch.bfloat16)], [[[1], [0]]])
    assert value.dtype == torch.float32


def test_huge_logits_stay_finite():
    logits = torch.tensor([[[1e30, -1e30], [0.0, 0.0]]], requires_grad=True)
    value = loss([logits], [[[0], [1]]])
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


def test_a_family_without_targets_is_refused():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        loss([ODDS, ODDS], [[[1], [0]]])
