"""Evaluation: what a model and the baselines make of a split, in nats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from psychoscore_core.errors import DataError
from psychoscore_training.batches import IGNORED, Batch, collate
from psychoscore_training.data import Prepared
from psychoscore_training.devices import autocast
from psychoscore_training.ngram import Bigram, baselines, music_pairs
from psychoscore_training.windows import Window, walk, window_table

BATCH = 16


def total_nats(module: nn.Module, batch: Batch) -> float:
    """Return the summed cross entropy in nats over every target of a batch, all families together."""
    return sum(family_nats(module, batch))


def family_nats(module: nn.Module, batch: Batch) -> list[float]:
    """Return the same of each family."""
    outputs = module(batch)
    return [
        float(
            nn.functional.cross_entropy(
                logits.float().flatten(0, 1),
                batch.targets[..., family].flatten(),
                ignore_index=IGNORED,
                reduction="sum",
            ).double()
        )
        for family, logits in enumerate(outputs.logits)
    ]


class Validation:
    """The same few windows of a split at every evaluation during training, with all conditions."""

    def __init__(self, data: Prepared, context: int, batch_size: int, batches: int) -> None:
        table = window_table(data, data.split("validation"), context)
        random = np.random.default_rng(0)
        chosen = random.permutation(len(table.example))[: batch_size * batches]
        chosen = chosen[np.argsort(table.lengths[chosen], kind="stable")]
        windows = [table.window(int(i), 0.5) for i in chosen]
        self.batches = [
            collate(data, part, np.zeros((len(part), 3), bool))
            for part in (windows[i : i + batch_size] for i in range(0, len(windows), batch_size))
        ]
        self.tokens = sum(batch.tokens for batch in self.batches)

    def nats_per_token(self, module: nn.Module, precision: str, device: torch.device) -> float:
        """Return the mean cross entropy of a module, which is in training mode again afterwards."""
        module.eval()
        with torch.no_grad(), autocast(precision, device):
            total = sum(total_nats(module, batch.to(device)) for batch in self.batches)
        module.train()
        return total / self.tokens

    def bigram_nats_per_token(self, models: Sequence[Bigram]) -> float:
        """Return what the bigram baseline makes of the same targets."""
        total = 0.0
        for family, model in enumerate(models):
            targets = torch.cat([batch.targets[..., family].flatten() for batch in self.batches]).numpy()
            rows = torch.cat([batch.rows[..., family].flatten() for batch in self.batches]).numpy()
            counted = targets != IGNORED
            total += model.bigram(rows[counted], targets[counted])
        return total / self.tokens


def evaluate_split(
    module: nn.Module,
    data: Prepared,
    split: str,
    context: int,
    device: torch.device,
    names: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, float]:
    """Return metrics of a whole split, every music token and end token scored exactly once.

    nats_per_token, nats_per_note (bar lines and the end among the nats, not among the notes);
    unconditional_nats_per_token without prefix, vector and bars; with several families, nats_per_row and its share of
    each family, nats_per_row_NAME, where names are given;
    unigram_ and bigram_nats_per_token of baselines fitted on the train split, if there is one; tokens, notes, pieces.
    Raises DataError on an empty split.
    """
    examples = data.split(split)
    if not len(examples):
        raise DataError(f"{data.folder}: no example in the split {split!r}")
    windows = sorted(walk(data, examples, context), key=lambda w: w.stop - w.start)
    module.eval()
    totals = np.zeros((2, len(data.families)))
    with torch.inference_mode():
        for i in range(0, len(windows), BATCH):
            totals += _pair_of_nats(module, data, windows[i : i + BATCH], device)
            progress(min(i + BATCH, len(windows)), len(windows))
    rows = int(data.music[examples].sum())
    tokens, (whole, without) = rows * len(data.families), totals.sum(axis=1)
    notes = int(data.notes[examples].sum())
    return {
        "nats_per_token": whole / tokens,
        "nats_per_note": whole / max(1, notes),
        "unconditional_nats_per_token": without / tokens,
        **_row_metrics(totals[0] / rows, names),
        **(baseline_metrics(data, examples, baselines(data)) if len(data.split("train")) else {}),
        "tokens": float(tokens),
        "notes": float(notes),
        "pieces": float(len(examples)),
    }


def _pair_of_nats(module: nn.Module, data: Prepared, windows: list[Window], device: torch.device) -> np.ndarray:
    """Return the nats (2, families) of some windows with all conditions and with none."""
    shape = (len(windows), 3)
    both: list[Any] = [np.zeros(shape, bool), np.ones(shape, bool)]
    return np.array([family_nats(module, collate(data, windows, dropped).to(device)) for dropped in both])


def _row_metrics(nats: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    if len(nats) == 1:
        return {}
    parts = {f"nats_per_row_{name}": float(part) for name, part in zip(names, nats, strict=False)}
    return {"nats_per_row": float(nats.sum()), **parts}


def baseline_metrics(data: Prepared, examples: np.ndarray, models: Sequence[Bigram]) -> dict[str, float]:
    """Return the nats per token of the unigram and bigram baselines on the music of some examples."""
    previous, current = music_pairs(data, examples)
    unigram = sum(model.unigram(current[:, f]) for f, model in enumerate(models))
    bigram = sum(model.bigram(previous[:, f], current[:, f]) for f, model in enumerate(models))
    return {"unigram_nats_per_token": unigram / current.size, "bigram_nats_per_token": bigram / current.size}
