"""Rows mixed with the ones before them, and squared relu: as autograd has them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from psychoscore_rwkv.mixing import mixed, squared_relu


def plainly(hidden: Tensor, first: Tensor, *mixes: Tensor) -> list[Tensor]:
    before = torch.cat([first[:, None], hidden[:, :-1]], 1)
    return [mix * hidden + (1 - mix) * before for mix in mixes]


def drawn(count: int) -> list[Tensor]:
    random = torch.Generator().manual_seed(count)
    shapes = [(2, 7, 5), (2, 5), *[(1, 1, 5)] * count]
    return [torch.randn(shape, generator=random, dtype=torch.float64).requires_grad_() for shape in shapes]


def same(found, wanted) -> bool:
    return all(torch.allclose(a, b) for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("count", [2, 3])
def test_mixes_and_their_gradients_are_autograds(count):
    inputs = drawn(count)
    found, wanted = mixed(*inputs), plainly(*inputs)
    weights = [torch.randn_like(part) for part in wanted]
    assert same(found, wanted)
    assert same(torch.autograd.grad(found, inputs, weights), torch.autograd.grad(wanted, inputs, weights))


def test_frozen_mixes_pass_gradients_on():
    hidden, first, *mixes = drawn(2)
    frozen = [mix.detach() for mix in mixes]
    found = torch.autograd.grad(sum(mixed(hidden, first, *frozen)).sum(), hidden)
    assert same(found, torch.autograd.grad(sum(plainly(hidden, first, *frozen)).sum(), hidden))


def test_zeros_stand_before_the_first_row():
    hidden, first, mix = drawn(1)
    assert same(mixed(hidden, None, mix), plainly(hidden, torch.zeros_like(first), mix))


def test_a_single_row_is_mixed_with_what_came_before():
    hidden, first, mix = drawn(1)
    assert same(mixed(hidden[:, :1], first, mix), plainly(hidden[:, :1], first, mix))


def test_squared_relu_and_its_gradient_pass_gradcheck():
    x = torch.linspace(-1.05, 1.05, 8, dtype=torch.float64).requires_grad_()
    assert same([squared_relu(x)], [x.clamp(min=0) ** 2])
    assert torch.autograd.gradcheck(squared_relu, [x])


@pytest.mark.parametrize("count", [1, 3])
def test_mixes_pass_gradcheck(count):
    assert torch.autograd.gradcheck(mixed, drawn(count))
