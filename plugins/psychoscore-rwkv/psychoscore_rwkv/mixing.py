"""Rows mixed with the ones before them, and squared relu: gradients of their own, in half of autograd's passes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def mixed(hidden: Tensor, first: Tensor | None, *mixes: Tensor) -> tuple[Tensor, ...]:
    """Return mix x hidden + (1 - mix) x the row before, for each mix (1, 1, width), all (batch, time, width).

    first: what stands before the first row (batch, width); None: zeros.
    """
    start = torch.zeros_like(hidden[:, 0]) if first is None else first.to(hidden.dtype)
    found: tuple[Tensor, ...] = _Mixed.apply(hidden, start, *(mix.to(hidden.dtype) for mix in mixes))
    return found


def squared_relu(x: Tensor) -> Tensor:
    """Return max(x, 0) ** 2."""
    found: Tensor = _SquaredRelu.apply(x)
    return found


class _Mixed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, first: Tensor, *mixes: Tensor) -> tuple[Tensor, ...]:
        before = torch.cat([first[:, None], hidden[:, :-1]], dim=1)
        change = hidden - before
        ctx.save_for_backward(change if any(ctx.needs_input_grad[2:]) else None, *mixes)
        return tuple(torch.addcmul(before, change, mix) for mix in mixes)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        change, *mixes = ctx.saved_tensors
        own, whole = gradients[0] * mixes[0], gradients[0]
        for gradient, mix in zip(gradients[1:], mixes[1:], strict=True):
            own.addcmul_(gradient, mix)
            whole = whole + gradient
        before = whole - own
        own[:, :-1] += before[:, 1:]
        needed = zip(gradients, ctx.needs_input_grad[2:], strict=True)
        shares = [(gradient * change).sum((0, 1), keepdim=True) if need else None for gradient, need in needed]
        return own, before[:, 0], *shares


class _SquaredRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        kept = torch.relu(x)
        ctx.save_for_backward(kept)
        return kept * kept

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (kept,) = ctx.saved_tensors
        return (gradient * kept).mul_(2)
