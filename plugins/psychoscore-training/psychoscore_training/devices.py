"""Where training runs: the device, the processes beside this one, precision, and seeds."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
import torch.distributed as dist
from attrs import frozen
from torch import Tensor

from psychoscore_core.errors import RunError


@frozen(kw_only=True)
class World:
    """This process among those that `torchrun` started: its rank, how many there are, and its device."""

    rank: int = 0
    size: int = 1
    device: torch.device

    @property
    def leads(self) -> bool:
        """Say whether this process writes files and reports."""
        return self.rank == 0

    def sum_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Add up the gradients of all processes; a parameter that one of them did not use counts as zero there."""
        if self.size == 1:
            return
        parameters = list(parameters)
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = torch.cat([grad.reshape(-1) for grad in grads])
        dist.all_reduce(flat)
        for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = part.view_as(parameter)

    def sum(self, values: Sequence[float]) -> list[float]:
        """Return the sums of some numbers over all processes."""
        if self.size == 1:
            return list(values)
        totals = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(totals)
        return [float(total) for total in totals]

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.size > 1:
            dist.barrier()


def join_world(device: str) -> World:
    """Return this process's place; joins the group that `torchrun` describes in the environment, if it does."""
    chosen = torch_device(device)
    promised = int(os.environ.get("WORLD_SIZE", "1"))
    if promised == 1:
        return World(device=chosen)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    if not dist.is_initialized():
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    if dist.get_world_size() != promised:
        raise RunError(f"train: {dist.get_world_size()} processes joined, but WORLD_SIZE says {promised}")
    return World(rank=dist.get_rank(), size=promised, device=chosen)


def torch_device(name: str) -> torch.device:
    """Return the device that "auto", "cpu" or "cuda" names; raises RunError where there is no CUDA."""
    if name == "cuda" and not torch.cuda.is_available():
        raise RunError("device 'cuda' was asked for, but torch sees no CUDA device; use 'auto' or 'cpu'")
    use_cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if use_cuda else "cpu")


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Return the context of the forward pass: bf16 autocast, or nothing for fp32."""
    if precision not in ("fp32", "bf16"):
        raise RunError(f"training.precision: {precision!r} is neither 'fp32' nor 'bf16'")
    return torch.autocast(device.type, torch.bfloat16) if precision == "bf16" else nullcontext()


def seed_everything(*key: int) -> None:
    """Seed Python's, NumPy's and torch's generators from a key such as (seed, step, micro-batch, rank)."""
    state = np.random.SeedSequence([abs(part) for part in key]).generate_state(3)
    random.seed(int(state[0]))
    np.random.seed(int(state[1]))
    torch.manual_seed(int(state[2]))
