"""Export: takes and checkpoints become files for the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from psychoscore_core.records import Artifact, Checkpoint, Take


class TakeExporter(Protocol):
    """An exporter of takes; built as `Class(config)`."""

    def export_take(self, take: Take, folder: Path) -> Sequence[Artifact]:
        """Write files named after the take into the folder; each is complete or absent."""


class CheckpointExporter(Protocol):
    """An exporter of checkpoints; built as `Class(config)`."""

    def export_checkpoint(self, checkpoint: Checkpoint, folder: Path) -> Sequence[Artifact]:
        """Write the checkpoint in another format into the folder; each file is complete or absent."""
