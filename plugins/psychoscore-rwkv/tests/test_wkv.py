"""The averages of whole sequences, their state and their gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.checkpoint import checkpoint

from psychoscore_rwkv.wkv import NOTHING, empty_state, wkv

CHANNELS = 6
LENGTHS = [1, 2, 3, 7, 16, 33, 64, 100, 257]


def drawn(time: int, spread: float = 2.0, batch: int = 2) -> list[torch.Tensor]:
    """Return decay, bonus, keys and values in float64."""
    random = torch.Generator().manual_seed(time)
    decay = -torch.exp(torch.linspace(-6, 2, CHANNELS, dtype=torch.float64))
    bonus = torch.randn(CHANNELS, generator=random, dtype=torch.float64)
    keys = spread * torch.randn(batch, time, CHANNELS, generator=random, dtype=torch.float64)
    return [decay, bonus, keys, torch.randn(batch, time, CHANNELS, generator=random, dtype=torch.float64)]


def plain_loop(decay, bonus, keys, values, over, under, top):
    """Return wkv's averages and its state, row by row, so that autograd knows the way."""
    found = []
    for key, value in zip(keys.unbind(1), values.unbind(1), strict=True):
        high = torch.maximum(top, key + bonus).detach()
        was, own = torch.exp(top - high), torch.exp(key + bonus - high)
        found.append((was * over + own * value) / (was * under + own))
        high = torch.maximum(top + decay, key).detach()
        was, own = torch.exp(top + decay - high), torch.exp(key - high)
        over, under, top = was * over + own * value, was * under + own, high
    return torch.stack(found, 1), over, under, top


def start(batch: int = 2) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(5)
    over, more, top = torch.randn(3, batch, CHANNELS, generator=random, dtype=torch.float64)
    return [over, 1 + more.abs(), top]


@pytest.mark.parametrize("time", LENGTHS)
def test_averages_are_those_of_the_recurrence(make, time):
    decay, bonus, keys, values = drawn(time)
    found, _ = wkv(decay, bonus, keys, values)
    for row in range(2):
        wanted = make.recurrent(decay.numpy(), bonus.numpy(), keys[row].numpy(), values[row].numpy())
        assert np.abs(found[row].numpy() - wanted).max() < 1e-5


@pytest.mark.parametrize("time", [1, 7, 64])
def test_averages_are_those_of_the_parallel_form(make, time):
    decay, bonus, keys, values = drawn(time)
    wanted = make.parallel(decay.numpy(), bonus.numpy(), keys[0].numpy(), values[0].numpy())
    assert np.abs(wkv(decay, bonus, keys, values)[0][0].numpy() - wanted).max() < 1e-5


@pytest.mark.parametrize("spread", [1.0, 30.0, 1000.0])
def test_keys_of_any_size_do_not_overflow(spread):
    decay, bonus, keys, values = drawn(100, spread)
    wanted = plain_loop(decay, bonus, keys, values, *(part.double() for part in empty_state(2, CHANNELS)))[0]
    assert (wkv(decay, bonus, keys, values)[0] - wanted).abs().max() < 1e-3


@pytest.mark.parametrize("cut", [1, 15, 16, 40, 99])
def test_a_state_carried_over_gives_the_same(cut):
    decay, bonus, keys, values = drawn(100)
    whole, end = wkv(decay, bonus, keys, values)
    first, state = wkv(decay, bonus, keys[:, :cut], values[:, :cut])
    second, later = wkv(decay, bonus, keys[:, cut:], values[:, cut:], state)
    assert (torch.cat([first, second], 1) - whole).abs().max() < 1e-5
    assert all((a - b).abs().max() < 1e-4 for a, b in zip(end, later, strict=True))


def test_a_state_given_is_not_changed():
    given = [part.float() for part in start()]
    before = [part.clone() for part in given]
    wkv(*drawn(20), tuple(given))
    assert all(torch.equal(a, b) for a, b in zip(given, before, strict=True))


@pytest.mark.parametrize("time", LENGTHS)
def test_gradients_are_those_of_the_plain_loop(time):
    exact = [part.requires_grad_() for part in (*drawn(time), *start())]
    rough = [part.detach().float().requires_grad_() for part in exact]
    wanted = plain_loop(*exact)[:3]
    y, (over, under, _) = wkv(*rough[:4], tuple(rough[4:]))
    weights = [torch.randn(part.shape, dtype=torch.float64) for part in wanted]
    right = torch.autograd.grad(wanted, exact, weights)
    found = torch.autograd.grad([y, over, under], rough, [weight.float() for weight in weights])
    for one, other in zip(found, right, strict=True):
        assert (one - other).abs().max() < 1e-4 * (1 + other.abs().max())


def test_gradients_reach_what_was_read_before():
    exact, rough = drawn(40), [part.float() for part in drawn(40)]
    keys, keys_exact = rough[2].requires_grad_(), exact[2].requires_grad_()
    _, state = wkv(*rough[:2], keys[:, :20], rough[3][:, :20])
    wkv(*rough[:2], keys[:, 20:], rough[3][:, 20:], state)[0].square().sum().backward()
    nothing = [part.double() for part in empty_state(2, CHANNELS)]
    plain_loop(*exact[:2], keys_exact, exact[3], *nothing)[0][:, 20:].square().sum().backward()
    assert (keys.grad - keys_exact.grad).abs().max() < 1e-4


def test_checkpointing_gives_the_same_gradients():
    rough = [part.float().requires_grad_() for part in drawn(40)]
    once = torch.autograd.grad(wkv(*rough)[0].sum(), rough)
    again = torch.autograd.grad(checkpoint(lambda *p: wkv(*p)[0], *rough, use_reentrant=False).sum(), rough)
    assert all(torch.equal(a, b) for a, b in zip(once, again, strict=True))


def test_halves_are_averaged_in_float32():
    decay, bonus, keys, values = drawn(40)
    found, (over, _, _) = wkv(decay, bonus, keys.bfloat16(), values.bfloat16())
    assert found.dtype == over.dtype == torch.float32


def test_an_empty_state_says_that_nothing_was_read():
    over, under, top = empty_state(2, 3)
    assert over.sum() == under.sum() == 0
    assert (top == NOTHING).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_gives_the_same():
    inputs = [part.float() for part in drawn(100)]
    found = wkv(*(part.cuda() for part in inputs))[0].cpu()
    assert (found - wkv(*inputs)[0]).abs().max() < 1e-5
