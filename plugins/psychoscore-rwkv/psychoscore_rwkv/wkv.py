"""The weighted average of RWKV-4's time mixing, for whole sequences at once, in plain torch.

For each channel, with decay w < 0, bonus u, keys k and values v (Peng et al. 2023, "RWKV: Reinventing RNNs for the
Transformer Era", equations 16 and 21 to 26):

    A(t+1) = exp(w) A(t) + exp(k(t)) v(t)        B(t+1) = exp(w) B(t) + exp(k(t))
    y(t) = (A(t) + exp(u + k(t)) v(t)) / (B(t) + exp(u + k(t)))

A and B are kept as multiples of exp(p), where p(t+1) = max(p(t) + w, k(t)) is the largest exponent so far: then every
factor below is an exponential of something that is not positive, and B is at least 1. What is left is a linear
recurrence. It runs over all chunks of a sequence at once, one place of a chunk after another, then over the chunks'
ends: 2 sqrt(T) operations on large arrays in place of T on small ones. The gradient is the same recurrence backwards.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

State = tuple[Tensor, Tensor, Tensor]  # A, B (batch, channels) as multiples of exp(p), and p
NOTHING = -1e38  # p of a state that has read nothing
LARGEST = 60.0  # exp(60) outweighs any B in float32, and its products do not overflow


def empty_state(batch: int, channels: int, device: torch.device | str = "cpu") -> State:
    """Return the state before the first row."""
    zeros = torch.zeros(batch, channels, device=device)
    return zeros, zeros, torch.full_like(zeros, NOTHING)


def wkv(decay: Tensor, bonus: Tensor, keys: Tensor, values: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """Return the averages (batch, time, channels) in float32, and the state after the last row.

    decay: w (channels,), negative. bonus: u (channels,). keys, values: (batch, time, channels) of any float type.
    state: of the rows before these; None: there were none. Differentiable in all of them but p, on which nothing
    depends but rounding.
    """
    batch, time, channels = keys.shape
    start = empty_state(batch, channels, keys.device) if state is None else state
    decay, bonus, keys, values = decay.float(), bonus.float(), keys.float(), values.float()
    chunk = _chunk(time)
    whole, found = time - time % chunk, []
    for part, size in ((slice(0, whole), chunk), (slice(whole, time), time - whole)):
        if size:
            y, *start = _Average.apply(decay, bonus, keys[:, part], values[:, part], *start, size)
            found.append(y)
    return found[0] if len(found) == 1 else torch.cat(found, dim=1), tuple(start)


def _chunk(time: int) -> int:
    """Return a chunk's length: near the root of the time, so that chunks are as many as their rows."""
    return min(time, 1 << max(2, (time.bit_length() + 1) // 2))


class _Average(torch.autograd.Function):
    """The whole of wkv for a time that is a multiple of the chunk; the gradient holds p still."""

    @staticmethod
    def forward(
        ctx: Any, w: Tensor, u: Tensor, k: Tensor, v: Tensor, a: Tensor, b: Tensor, p: Tensor, chunk: int
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        k, v = _chunks(k, chunk), _chunks(v, chunk)  # (batch, chunks, chunk, channels)
        exponents, after = _largest(w, k, p)
        last = after[:, -1, -1].clone()
        fade = torch.exp_(torch.sub(exponents, after).add_(w))
        enter = torch.exp_(torch.sub(k, after))
        own = torch.exp_(torch.sub(k, exponents).add_(u).clamp_(max=LARGEST))
        entering = torch.stack([enter * v, enter])
        past, end = _recur(fade, entering, torch.stack([a, b]))
        total = own + past[1]
        y = torch.addcmul(past[0], own, v).div_(total)
        share = own.div_(total)
        ctx.past_needed = ctx.needs_input_grad[0]
        ctx.save_for_backward(fade, enter, share, total, v, y, end if not ctx.past_needed else past, a, b)
        ctx.mark_non_differentiable(last)
        return y.flatten(1, 2), end[0], end[1], last

    @staticmethod
    def backward(ctx: Any, gy: Tensor, ga: Tensor, gb: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        fade, enter, share, total, v, y, past, a, b = ctx.saved_tensors
        gy = gy.reshape(v.shape)
        direct = torch.empty((2, *v.shape), dtype=v.dtype, device=v.device)
        torch.div(gy, total, out=direct[0])
        torch.mul(direct[0], y, out=direct[1]).neg_()
        later, first = _recur(fade, direct, torch.stack([ga, gb]), backwards=True)
        own = gy.mul(share)
        gv = torch.addcmul(own, enter, later[0])
        gk = own.mul_(v - y)
        gu = gk.sum((0, 1, 2)) if ctx.needs_input_grad[1] else None
        gw = (past * later).sum(0).mul_(fade).sum((0, 1, 2)) if ctx.past_needed else None
        gk = torch.addcmul(gk, enter, torch.addcmul(later[1], later[0], v))
        gp = a * first[0] + b * first[1] if ctx.needs_input_grad[6] else None
        return gw, gu, gk.flatten(1, 2), gv.flatten(1, 2), first[0], first[1], gp, None


def _chunks(x: Tensor, chunk: int) -> Tensor:
    return x.reshape(x.shape[0], -1, chunk, x.shape[-1])


def _largest(w: Tensor, k: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Return p before and after each row, both (batch, chunks, chunk, channels); p: before the first."""
    batch, chunks, chunk, channels = k.shape
    held = torch.empty(batch, chunks * chunk + 1, channels, dtype=k.dtype, device=k.device)
    before, after = (held[:, i : i + chunks * chunk].unflatten(1, (chunks, chunk)) for i in (0, 1))
    local = torch.empty_like(k)  # after each row, of the rows of its own chunk
    local[:, :, 0] = k[:, :, 0]
    for i in range(1, chunk):
        torch.maximum(local[:, :, i - 1] + w, k[:, :, i], out=local[:, :, i])
    starts = torch.empty_like(k[:, :, 0])
    for n in range(chunks):
        starts[:, n] = p
        p = torch.maximum(p + chunk * w, local[:, n, -1])
    steps = torch.arange(1, chunk + 1, device=k.device, dtype=k.dtype)[:, None] * w
    held[:, 0] = starts[:, 0]
    torch.maximum(local, starts[:, :, None] + steps, out=after)
    return before, after


def _recur(fade: Tensor, entering: Tensor, start: Tensor, backwards: bool = False) -> tuple[Tensor, Tensor]:
    """Return s(0) = start, s(t+1) = fade(t) s(t) + entering(t) before each row, and after the last one.

    fade: (batch, chunks, chunk, channels). entering: (2, the same). start: (2, batch, channels). backwards: from the
    last row to the first one.
    """
    chunks, chunk = (range(n)[::-1] if backwards else range(n) for n in fade.shape[1:3])
    past, kept = torch.empty_like(entering), torch.empty_like(fade)
    past[..., chunk[0], :], kept[:, :, chunk[0]] = 0, 1
    for i, following in pairwise(chunk):
        torch.addcmul(entering[..., i, :], past[..., i, :], fade[:, :, i], out=past[..., following, :])
        torch.mul(kept[:, :, i], fade[:, :, i], out=kept[:, :, following])
    last = chunk[-1]
    ends = torch.addcmul(entering[..., last, :], past[..., last, :], fade[:, :, last])
    whole = kept[:, :, last] * fade[:, :, last]
    starts = torch.empty_like(ends)
    for n in chunks:
        starts[:, :, n] = start
        start = torch.addcmul(ends[:, :, n], start, whole[:, n])
    return past.addcmul_(starts[..., None, :], kept), start
