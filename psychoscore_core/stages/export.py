"""Export: takes and checkpoints become files for the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from psychoscore_core.errors import RunError
from psychoscore_core.records import Artifact, Checkpoint, Take


class TakeExporter(Protocol):
    """An exporter of takes; built as `Class(config)`."""

    def export_take(self, take: Take, folder: Path) -> Sequence[Artifact]:
        """Write files named after the take into the folder; each is complete or absent."""


class TakesExporter(Protocol):
    """An exporter of all takes of a run together; built as `Class(config)`.

    It comes after every other exporter, and may show what they left in the folder.
    """

    def export_takes(self, takes: Sequence[Take], folder: Path) -> Sequence[Artifact]:
        """Write files about the takes into the folder; each is complete or absent."""


@frozen(kw_only=True)
class Finding:
    """What verify() found of one file: whether it is as it was written, and one line."""

    file: str
    ok: bool
    text: str


class CheckpointExporter(Protocol):
    """An exporter of checkpoints; built as `Class(config)`.

    Optional: `verify(folder) -> Sequence[Finding]` examines a folder that it wrote, without trusting it, one finding
    a file; its manifest.json has the exporter's name under "format", by which `psyco export verify` finds it.
    """

    def export_checkpoint(self, checkpoint: Checkpoint, folder: Path) -> Sequence[Artifact]:
        """Write the checkpoint in another format into the folder, in a folder of its own.

        All of it appears, or nothing does. `checkpoint.interface` says what the model speaks.
        """


def export(
    exporters: Mapping[str, Any], takes: Iterable[Take], checkpoint: Checkpoint | None, folder: Path
) -> list[Artifact]:
    """Give every exporter what it takes; raises RunError where one wants a checkpoint and there is none."""
    artifacts: list[Artifact] = []
    takes = list(takes)
    for name, exporter in exporters.items():
        if hasattr(exporter, "export_take"):
            artifacts += [artifact for take in takes for artifact in exporter.export_take(take, folder)]
        if hasattr(exporter, "export_checkpoint"):
            if checkpoint is None:
                raise RunError(f"export: {name} exports a checkpoint, and this run has none: train a model first")
            artifacts += exporter.export_checkpoint(checkpoint, folder)
    for exporter in exporters.values():
        if hasattr(exporter, "export_takes"):
            artifacts += exporter.export_takes(takes, folder)
    return artifacts
