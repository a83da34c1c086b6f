"""The exporter `tflite`: a checkpoint that is a net of layers becomes a folder, and such a folder is verified."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psychoscore_core.records import Artifact, Checkpoint
from psychoscore_core.stages.export import Finding
from psychoscore_tflite.plugin import TfliteConfig

KINDS = {".tflite": "tflite", ".py": "script", ".safetensors": "self-test"}


class TfliteExporter:
    """Satisfies `CheckpointExporter`."""

    def __init__(self, config: TfliteConfig) -> None:
        self.config = config

    def export_checkpoint(self, checkpoint: Checkpoint, folder: Path) -> Sequence[Artifact]:
        """Write the folder `tflite`, `tflite-float16` or `tflite-int8`: all of it, the same each time, or nothing.

        Raises CheckpointError on a checkpoint that describes no net of layers, or that is damaged.
        """
        from psychoscore_tflite.checkpoints import read_net
        from psychoscore_tflite.manifest import FORMAT
        from psychoscore_tflite.writing import to_tflite

        net = read_net(checkpoint.folder)
        kind = self.config.weights
        target = folder / (FORMAT if kind == "float32" else f"{FORMAT}-{kind}")
        source = {"checkpoint": checkpoint.folder.name, "backend": checkpoint.backend, "steps": checkpoint.steps}
        paths = to_tflite(net, target, self.config, source=source)
        summary = f"part of the export {target.name}"
        return [Artifact(path=path, kind=KINDS.get(path.suffix, "data"), summary=summary) for path in paths]

    def verify(self, folder: Path) -> Sequence[Finding]:
        """Examine an exported folder, one finding a file; the self-test runs where LiteRT is installed."""
        from psychoscore_tflite.verifying import examined

        return examined(folder)
