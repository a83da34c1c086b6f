"""Checks of losses; torch is imported here only."""

from __future__ import annotations

import math
from types import MappingProxyType, SimpleNamespace
from typing import Any

import attrs

from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import NotApplicable, require
from psychoscore_core.testing.subject import Subject

BATCH, TIME = 4, 12


def config_has_a_weight(subject: Subject) -> None:
    names = [field.name for field in attrs.fields(subject.component.config)]
    require("weight" in names, f"{subject.component.config.__name__} has no field weight")
    weight = subject.component.config().weight
    require(isinstance(weight, (int, float)) and math.isfinite(weight), f"weight is {weight!r}")


def loss_is_a_finite_scalar(subject: Subject) -> None:
    torch = _torch()
    outputs, batch = _example(torch)
    value = subject.build()(outputs, batch)
    require(isinstance(value, torch.Tensor) and value.ndim == 0, f"gives {value!r:.80}, not a scalar tensor")
    require(bool(torch.isfinite(value)), f"is {float(value.detach())}")


def gradient_reaches_the_model(subject: Subject) -> None:
    torch = _torch()
    outputs, batch = _example(torch)
    subject.build()(outputs, batch).backward()
    gradients = [t.grad for t in (*outputs.logits, outputs.hidden) if t.grad is not None]
    require(any(bool((g != 0).any()) for g in gradients), "no gradient reaches the logits or the hidden states")
    require(all(bool(torch.isfinite(g).all()) for g in gradients), "a gradient is not finite")


def one_sequence_is_enough(subject: Subject) -> None:
    torch = _torch()
    outputs, batch = _example(torch, size=1)
    value = subject.build()(outputs, batch)
    require(bool(torch.isfinite(value)), f"is {float(value.detach())} on a batch of one")


def nothing_to_predict_is_finite(subject: Subject) -> None:
    """A batch whose every target is padding must not turn the sum of losses into NaN."""
    torch = _torch()
    outputs, batch = _example(torch)
    batch.targets[:] = -100
    batch.mask[:] = False
    value = subject.build()(outputs, batch)
    require(bool(torch.isfinite(value)), f"is {float(value.detach())} on a batch with nothing to predict")


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise NotApplicable("torch is not installed") from error
    return torch


def _example(torch: Any, size: int = BATCH) -> tuple[SimpleNamespace, SimpleNamespace]:
    """Return what a loss is called with: leaf tensors as a model's outputs, and a batch with padding at its end."""
    generator = torch.Generator().manual_seed(1)
    vocabulary = toy.VOCABULARY.families[0].size
    rows = torch.randint(0, vocabulary, (size, TIME, 1), generator=generator)
    mask = torch.ones(size, TIME, dtype=torch.bool)
    mask[:, :2] = mask[:, -2:] = False
    targets = torch.where(mask[..., None], rows.roll(-1, dims=1), -100)
    vector = torch.tensor([p.to_vector() for p in toy.profiles(size)], dtype=torch.float32)
    outputs = SimpleNamespace(
        logits=[torch.randn(size, TIME, vocabulary, generator=generator, requires_grad=True)],
        hidden=torch.randn(size, TIME, toy.HIDDEN_SIZE, generator=generator, requires_grad=True),
    )
    return outputs, SimpleNamespace(rows=rows, targets=targets, vector=vector, mask=mask)


CHECKS = MappingProxyType(
    {
        "config-has-a-weight": config_has_a_weight,
        "loss-is-a-finite-scalar": loss_is_a_finite_scalar,
        "gradient-reaches-the-model": gradient_reaches_the_model,
        "one-sequence-is-enough": one_sequence_is_enough,
        "nothing-to-predict-is-finite": nothing_to_predict_is_finite,
    }
)
