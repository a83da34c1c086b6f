"""An exported folder opened: its manifest, and a session for every graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import frozen

from psychoscore_onnx.engine import Engine
from psychoscore_onnx.graphs import graphs_of
from psychoscore_onnx.manifest import Manifest, read_file, read_manifest
from psychoscore_onnx.models import check
from psychoscore_onnx.sessions import session


@frozen(eq=False)
class Opened:
    """What an exported folder holds, checked, and the engine that decodes it."""

    folder: Path
    manifest: Manifest
    engine: Engine


def open_folder(folder: Path, threads: int) -> Opened:
    """Open an exported folder; raises CheckpointError in one line for any other one."""
    manifest, sessions = read_manifest(folder), dict[str, Any]()
    for name, graph in graphs_of(manifest.sizes, manifest.kind).items():
        data = read_file(folder, name, manifest)
        check(folder / name, data, graph)
        sessions[name] = session(folder / name, data, threads if name == "step.onnx" else 1)
    return Opened(folder, manifest, Engine(manifest.sizes, manifest.kind, sessions))
