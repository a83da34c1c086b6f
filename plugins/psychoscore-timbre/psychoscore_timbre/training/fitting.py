"""Fit the decoder: crops of clips, a batch at a time, with every number of steps decided beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from attrs import field, frozen
from torch import nn

from psychoscore_core.report import Report
from psychoscore_timbre.architecture import Sizes
from psychoscore_timbre.names import HOP
from psychoscore_timbre.training.loss import spectral_loss
from psychoscore_timbre.training.module import Decoder, played
from psychoscore_timbre.training.phrases import Clip

EVERY = 100  # steps between two words on the loss


@frozen(kw_only=True)
class Recipe:
    """How to train. crop: rows of a clip that a step hears."""

    steps: int = 3000
    batch: int = 6
    crop: int = 101
    rate: float = 2e-3
    seed: int = 0


@frozen(eq=False)
class Fitted:
    """A trained decoder; the mean loss of every hundred steps, and the loss on clips that it never met."""

    module: Decoder
    losses: list[float] = field(factory=list)
    validation: list[float] = field(factory=list)


def fit(clips: Sequence[Clip], held_out: Sequence[Clip], sizes: Sizes, recipe: Recipe, report: Report) -> Fitted:
    """Train on clips of one instrument and return the decoder."""
    torch.manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    fitted = Fitted(Decoder(sizes))
    parameters = list(fitted.module.parameters())
    optimiser = torch.optim.Adam(parameters, recipe.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.steps, pct_start=0.05)
    recent: list[float] = []
    for step in range(1, recipe.steps + 1):
        loss = loss_of(fitted.module, _crops(clips, recipe, draw))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 3.0)
        optimiser.step()
        schedule.step()
        recent.append(float(loss.detach()))
        if step % EVERY == 0 or step == recipe.steps:
            fitted.losses.append(float(np.mean(recent)))
            fitted.validation.append(validation_loss(fitted.module, held_out, recipe))
            report.step(step, {"loss": fitted.losses[-1], "validation": fitted.validation[-1]})
            recent.clear()
    return fitted


def loss_of(module: Decoder, batch: Sequence[Clip]) -> torch.Tensor:
    """Return the spectral loss of a batch of clips of one length."""
    inputs, hertz, sound = (
        torch.from_numpy(np.stack([getattr(clip, name) for clip in batch]).astype(np.float32))
        for name in ("inputs", "hertz", "sound")
    )
    return spectral_loss(played(hertz, module(inputs)), sound[:, : (hertz.shape[1] - 1) * HOP])


@torch.no_grad()
def validation_loss(module: Decoder, clips: Sequence[Clip], recipe: Recipe) -> float:
    """Return the loss on the beginnings of clips, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return float(loss_of(module, [_cut(clip, 0, recipe.crop) for clip in clips]))


def _crops(clips: Sequence[Clip], recipe: Recipe, draw: np.random.Generator) -> list[Clip]:
    chosen = [clips[int(index)] for index in draw.integers(0, len(clips), recipe.batch)]
    return [_cut(clip, int(draw.integers(0, len(clip.hertz) - recipe.crop + 1)), recipe.crop) for clip in chosen]


def _cut(clip: Clip, start: int, rows: int) -> Clip:
    part = slice(start, start + rows)
    return Clip(clip.sound[start * HOP : (start + rows) * HOP], clip.hertz[part], clip.inputs[part])
