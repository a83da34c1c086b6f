"""Fit the model: crops of clips, a batch at a time, with every number of steps decided beforehand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from attrs import field, frozen
from torch import nn
from torch.nn import functional

from psychoscore_core.report import Report
from psychoscore_emotion.names import FEATURES, LEVELS, MEL
from psychoscore_emotion.outputs import HIDDEN, MEMORY, NUMBERS, OUTPUTS, QUADRANTS, WIDTH
from psychoscore_emotion.training.rendering import Clip

STRONG = 0.5  # valence and arousal of a rater who chose a side: where VGMIDI's means of ratings end, too
SETTLING = 25  # rows that count for nothing: the first second
USED = len(NUMBERS) * 2 + len(QUADRANTS)


@frozen(kw_only=True)
class Recipe:
    """How to train. crop: rows of a clip that a step hears. gain: deviation in dB by which levels are moved."""

    epochs: int = 10
    batch: int = 32
    crop: int = 150
    rate: float = 2e-3
    decay: float = 0.1
    dropout: float = 0.5
    gain: float = 4.0
    noise: float = 0.3
    seed: int = 0


@frozen(eq=False)
class Fitted:
    """A trained chain on raw features, and the mean loss of each epoch."""

    module: nn.Sequential
    losses: list[float] = field(factory=list)


class Emotion(nn.Module):
    """features -> dense 256 tanh -> LSTM 128 -> dense 64, on standardised features (batch, rows, 128)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dense, self.lstm = nn.Linear(len(FEATURES), HIDDEN), nn.LSTM(HIDDEN, MEMORY, batch_first=True)
        self.head, self.dropout = nn.Linear(MEMORY, WIDTH), nn.Dropout(dropout)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return outputs (batch, rows, 64)."""
        hidden = self.dropout(torch.tanh(self.dense(self.dropout(rows))))
        found: torch.Tensor = self.head(self.dropout(self.lstm(hidden)[0]))
        return found


def fit(clips: Sequence[Clip], recipe: Recipe, report: Report) -> Fitted:
    """Train on clips and return the chain, with the standardisation folded into its first layer."""
    torch.manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    every = np.concatenate([clip.rows for clip in clips]).astype(np.float32)
    mean, deviation = every.mean(axis=0), np.maximum(every.std(axis=0), 1e-3)
    model, losses = Emotion(recipe.dropout), []
    optimiser = torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * (len(clips) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=steps, pct_start=0.1)
    for epoch in range(recipe.epochs):
        order, found = draw.permutation(len(clips)), []
        for start in range(0, len(clips) - recipe.batch + 1, recipe.batch):
            batch = [clips[index] for index in order[start : start + recipe.batch]]
            rows = torch.from_numpy((_crops(batch, recipe, draw) - mean) / deviation)
            loss = _loss(model(rows + recipe.noise * torch.randn_like(rows)), batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            found.append(float(loss.detach()))
        losses.append(float(np.mean(found)))
        report.step(epoch + 1, {"loss": losses[-1]})
    return Fitted(_folded(model, mean, deviation), losses)


def _crops(batch: Sequence[Clip], recipe: Recipe, draw: np.random.Generator) -> np.ndarray:
    """Return crops (batch, crop, 128) whose levels are moved as another gain would move them."""
    found = np.zeros((len(batch), recipe.crop, len(FEATURES)), np.float32)
    for row, clip in zip(found, batch, strict=True):
        start = int(draw.integers(0, max(1, len(clip.rows) - recipe.crop + 1)))
        part = clip.rows[start : start + recipe.crop].astype(np.float32)
        part = np.concatenate([part, np.repeat(part[-1:], recipe.crop - len(part), axis=0)])
        row[:] = part
        row[:, LEVEL] += draw.normal(0, recipe.gain)
    return found


LEVEL = [*range(MEL), *(FEATURES.index(name) for name in LEVELS)]


def targets(batch: Sequence[Clip]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the numbers (batch, 4) and the quadrants (batch,) from 0 that clips are labelled with."""
    scale = [STRONG if clip.corpus == "emopia" else 1.0 for clip in batch]
    numbers = [[c.valence * s, c.arousal * s, c.dominance, c.extraversion] for c, s in zip(batch, scale, strict=True)]
    return torch.tensor(numbers), torch.tensor([clip.quadrant - 1 for clip in batch])


def _loss(outputs: torch.Tensor, batch: Sequence[Clip]) -> torch.Tensor:
    """Return the mean over clips and rows, half for what is heard as a whole, half for every row."""
    numbers, quadrants = targets(batch)
    heard = outputs[:, SETTLING:]
    whole, rows = heard.mean(dim=1), heard.flatten(0, 1)
    count = heard.shape[1]
    every = numbers.repeat_interleave(count, 0), quadrants.repeat_interleave(count, 0)
    return 0.5 * (_score(whole, numbers, quadrants) + _score(rows, *every))


def _score(found: torch.Tensor, numbers: torch.Tensor, quadrants: torch.Tensor) -> torch.Tensor:
    """Return cross entropy of the quadrants plus the Gaussians' of the numbers; reserved outputs are left alone."""
    n = len(NUMBERS)
    sure = found[:, n : 2 * n].clamp(-6, 6)
    gaussian = 0.5 * (torch.square(found[:, :n] - numbers) * torch.exp(sure) - sure)
    return functional.cross_entropy(found[:, 2 * n : USED], quadrants) + 0.25 * gaussian.sum(dim=1).mean()


@torch.no_grad()
def _folded(model: Emotion, mean: np.ndarray, deviation: np.ndarray) -> nn.Sequential:
    """Return the chain that takes raw features; reserved outputs become 0."""
    dense, head = nn.Linear(len(FEATURES), HIDDEN), nn.Linear(MEMORY, WIDTH)
    scaled = model.dense.weight.double() / torch.from_numpy(deviation).double()
    dense.weight.copy_(scaled)
    dense.bias.copy_(model.dense.bias.double() - scaled @ torch.from_numpy(mean).double())
    head.load_state_dict(model.head.state_dict())
    head.weight[USED:] = 0
    head.bias[USED:] = 0
    assert len(OUTPUTS) == WIDTH
    return nn.Sequential(OrderedDict(dense=dense, tanh=nn.Tanh(), lstm=model.lstm, head=head)).eval()
