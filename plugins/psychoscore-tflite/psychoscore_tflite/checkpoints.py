"""A checkpoint that says which net it is: graph.json or layers.json beside model.safetensors; nothing is trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from safetensors import SafetensorError
from safetensors.numpy import load

from psychoscore_core.errors import CheckpointError
from psychoscore_tflite.graphs import Graph, GraphError, read_graph

GRAPH, LAYERS, WEIGHTS, RECORD = "graph.json", "layers.json", "model.safetensors", "checkpoint.json"
FORMAT = 1  # of checkpoint.json
MOST_JSON, MOST_BYTES = 1 << 20, 1 << 28
DTYPES = (np.float16, np.float32)


@frozen(eq=False)
class Net:
    """A net with its weights (float32, under torch's names), and the SHA-256 of their file."""

    graph: Graph
    weights: Mapping[str, np.ndarray]
    sha256: str


def read_net(folder: Path) -> Net:
    """Return the net in a checkpoint's folder.

    Raises CheckpointError in one line on a folder that describes none, on weights of other names or shapes, and on
    numbers that are not finite.
    """
    path = next((folder / name for name in (GRAPH, LAYERS) if (folder / name).is_file()), None)
    if path is None:
        raise CheckpointError(
            f"{folder}: no {GRAPH} or {LAYERS} there describes a net of layers; a transformer is none (it has "
            "attention): export it with the exporter onnx"
        )
    _check_record(folder / RECORD)
    graph = _graph(path)
    data = _read(folder / WEIGHTS, MOST_BYTES)
    return Net(graph, _weights(folder / WEIGHTS, data, graph), hashlib.sha256(data).hexdigest())


def _check_record(path: Path) -> None:
    """Refuse a checkpoint of another version; one without a record is what its description says it is."""
    record = _json(path) if path.exists() else {"format": FORMAT}
    found = record.get("format") if isinstance(record, dict) else None
    if found != FORMAT:
        raise CheckpointError(f"{path}: version {str(found)[:40]} of a checkpoint; this reads version {FORMAT}")


def _graph(path: Path) -> Graph:
    try:
        return read_graph(_json(path))
    except GraphError as error:
        raise CheckpointError(f"{path}: {error}") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path, MOST_JSON))
    except (ValueError, RecursionError):
        raise CheckpointError(f"{path}: holds no JSON") from None


def _weights(path: Path, data: bytes, graph: Graph) -> dict[str, np.ndarray]:
    try:
        found = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({' '.join(str(error).split())[:200]})") from None
    wanted = graph.shapes()
    wrong = sorted(set(found) ^ set(wanted))
    if wrong:
        raise CheckpointError(f"{path}: tensor {wrong[0][:80]!r} is {'extra' if wrong[0] in found else 'missing'}")
    for name, shape in wanted.items():
        if found[name].dtype not in DTYPES or found[name].shape != shape:
            raise CheckpointError(
                f"{path}: {name} is {found[name].dtype} {found[name].shape}, and the net asks for float32 {shape}"
            )
        if not np.isfinite(found[name]).all():
            raise CheckpointError(f"{path}: {name} holds NaN or infinite weights: a training that failed is not used")
    return {name: found[name].astype(np.float32) for name in wanted}


def _read(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise CheckpointError(f"{path}: more than {most:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
