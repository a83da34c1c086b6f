"""The exporter `onnx`: a checkpoint becomes a folder that plays without torch, and such a folder is verified."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from psychoscore_core.errors import CheckpointError, PluginError
from psychoscore_core.records import Artifact, Checkpoint
from psychoscore_core.stages.export import Finding
from psychoscore_core.whole_files import replacing_folder
from psychoscore_onnx import manifest
from psychoscore_onnx.plugin import OnnxExportConfig
from psychoscore_onnx.verifying import examined

KINDS = {".onnx": "onnx", ".py": "script", ".safetensors": "self-test"}


class OnnxExporter:
    """Satisfies `CheckpointExporter`."""

    def __init__(self, config: OnnxExportConfig) -> None:
        self.config = config

    def export_checkpoint(self, checkpoint: Checkpoint, folder: Path) -> Sequence[Artifact]:
        """Write the folder `onnx`, or `onnx-int8`: all of it, the same bytes each time, or nothing.

        Raises CheckpointError on a checkpoint that is none of the transformer's, is damaged, or is too large, and
        where ONNX Runtime is installed and gives other logits than the checkpoint.
        """
        try:
            from psychoscore_onnx.writing import contents
        except ModuleNotFoundError as error:
            raise PluginError(
                f"exporter onnx: exporting needs {error.name}, playing does not: pip install 'psychoscore-onnx[export]'"
            ) from None
        files = contents(checkpoint, self.config)
        target = folder / ("onnx" if self.config.quantization == "none" else f"onnx-{self.config.quantization}")
        with replacing_folder(target, manifest.NAME) as part:
            for name, data in files.items():
                (part / name).parent.mkdir(exist_ok=True)
                (part / name).write_bytes(data)
            _prove(part)
        return [_artifact(target / name) for name in sorted(files)]

    def verify(self, folder: Path) -> Sequence[Finding]:
        """Examine an exported folder, one finding a file; the self-test runs where ONNX Runtime is installed."""
        return examined(folder)


def _prove(folder: Path) -> None:
    if find_spec("onnxruntime") is not None:
        for finding in examined(folder):
            if not finding.ok:
                raise CheckpointError(f"export: {finding.file}: {finding.text}")


def _artifact(path: Path) -> Artifact:
    return Artifact(path=path, kind=KINDS.get(path.suffix, "data"), summary=f"part of the export {path.parent.name}")
