"""The exporter `rtneural`: a checkpoint that is a chain of layers becomes a folder, and such a folder is verified."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psychoscore_core.records import Artifact, Checkpoint
from psychoscore_core.stages.export import Finding
from psychoscore_rtneural.manifest import FORMAT, examined
from psychoscore_rtneural.plugin import RtneuralConfig

KINDS = {".json": "data", ".safetensors": "self-test"}


class RtneuralExporter:
    """Satisfies `CheckpointExporter`."""

    def __init__(self, config: RtneuralConfig) -> None:
        self.config = config

    def export_checkpoint(self, checkpoint: Checkpoint, folder: Path) -> Sequence[Artifact]:
        """Write the folder `rtneural`: all of it, the same bytes each time, or nothing.

        Raises CheckpointError on a checkpoint that describes no chain of layers, or that is damaged.
        """
        from psychoscore_rtneural.described import module_of
        from psychoscore_rtneural.writing import to_rtneural

        module, source = module_of(checkpoint.folder)
        source |= {"backend": checkpoint.backend, "steps": checkpoint.steps}
        target = folder / FORMAT
        paths = to_rtneural(module, target, rows=self.config.rows, seed=self.config.seed, source=source)
        summary = f"part of the export {FORMAT}"
        return [Artifact(path=path, kind=KINDS.get(path.suffix, "source"), summary=summary) for path in paths]

    def verify(self, folder: Path) -> Sequence[Finding]:
        """Examine an exported folder without trusting it, one finding a file."""
        return examined(folder)
