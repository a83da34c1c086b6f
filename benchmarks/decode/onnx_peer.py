"""The pianist as psychoscore-onnx exports and decodes it, for native.py and benchmarks/onnx."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from psychoscore_core.config.layers import load_project
from psychoscore_core.plugins import discover
from psychoscore_core.run.exporting import export_model
from psychoscore_onnx.engine import Engine
from psychoscore_onnx.folder import open_folder


def engines(threads: int) -> Iterator[tuple[str, Engine, int]]:
    """Yield names, engines, and the bytes of a weight and of a cached number."""
    with tempfile.TemporaryDirectory() as name:
        folder, plugins = Path(name), discover()
        for quantization, title, weight in (("int8", "ONNX int8", 1), ("none", "ONNX fp32", 4)):
            sets = ("model=pianist", f"exporters.onnx.quantization={quantization}")
            resolved = load_project(folder, plugins, sets=sets, required=False)
            exported = export_model(resolved, folder, folder / "exports", "onnx")[0].path.parent
            yield title, open_folder(exported, threads).engine, weight
