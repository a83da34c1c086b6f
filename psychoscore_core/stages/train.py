"""Train: prepared token rows become a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from psychoscore_core.records import Checkpoint, Training
from psychoscore_core.report import Report


@frozen(kw_only=True)
class Term:
    """One term of the total loss: its name in the config, its weight, and the built loss."""

    name: str
    weight: float
    loss: Any


class Loss(Protocol):
    """What a loss is; built as `Class(config, hidden_size=int, vector_size=int)`, usually a `torch.nn.Module`.

    Its config class has a field `weight`. Its parameters are trained with the model's.
    Optional: `order(vectors, groups, seed)` returns an endless iterator over indices of examples when the
    loss wants a say in what stands in one batch (hard negatives, triplets), or None when it does not.
    """

    def __call__(self, outputs: Any, batch: Any) -> Any:
        """Return a scalar tensor.

        outputs: `.logits`, a list with one tensor (batch, time, family size) per family, and `.hidden`
        (batch, time, width). batch: `.rows` (batch, time, families), `.targets` the same shifted by one with -100
        where nothing is to be predicted, `.vector` (batch, dimensions), `.mask` (batch, time) True on music,
        `.conditioned` (batch,) False where the model saw no condition, `.groups` (batch,) equal within a song.
        """


class TrainableBackend(Protocol):
    """What a trainable model backend adds; built as `Class(config, vocabulary=..., space=...)`.

    Its config may have `checkpoint`, the folder of a trained one that takes the place of training, and `start`, the
    folder of one that training begins with, whose content is then part of the run's fingerprint; both may be None.
    `ready` says where the checkpoint lies, where the config names it otherwise than by its folder.
    """

    def hidden_size(self) -> int:
        """Return the width of the hidden states that losses see."""

    def train(
        self, data: Path, terms: Mapping[str, Term], training: Training, folder: Path, report: Report
    ) -> Checkpoint:
        """Train on prepared data (docs/reference/prepared-data.md); resumes from what the folder already holds."""

    def evaluate(self, data: Path, split: str) -> Mapping[str, float]:
        """Return metrics of the loaded checkpoint on one split: at least `nats_per_token`, `nats_per_note`."""

    def load(self, folder: Path) -> None:
        """Load a checkpoint; raises CheckpointError, naming both digests, when it does not fit."""
