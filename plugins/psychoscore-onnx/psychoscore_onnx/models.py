"""A model's file: written from a graph and its weights, and read with distrust."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from psychoscore_core.errors import CheckpointError
from psychoscore_onnx.graph import ELEMENTS, Graph, Weight
from psychoscore_onnx.messages import FLOAT, Model

LIMIT = (1 << 31) - (1 << 20)  # bytes that protobuf allows a message, less some room


def written(graph: Graph, array: Callable[[str, Weight], np.ndarray]) -> bytes:
    """Return the file of a graph; array: gives a weight by its name.

    Raises CheckpointError where it would be too large, or holds numbers that are not finite.
    """
    model = graph.skeleton()
    name = f"{model.graph.name}.onnx"
    if sum(weight.nbytes for weight in graph.weights.values()) > LIMIT:
        raise CheckpointError(f"{name}: the model is larger than 2 GB, which one ONNX file cannot hold")
    for initializer in model.graph.initializer:
        found = array(initializer.name, graph.weights[initializer.name])
        _check_numbers(name, initializer.name, found)
        initializer.raw_data = found.tobytes()
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def check(path: Path, data: bytes, graph: Graph) -> None:
    """Raise CheckpointError unless the file is this graph, node by node, with weights of these shapes.

    So nothing else can be in it: no other operator, no weights in other files, nothing that needs more memory.
    """
    try:
        model = Model.FromString(data)
    except DecodeError:
        raise CheckpointError(f"{path}: not readable as an ONNX model: truncated, or something else") from None
    for initializer in model.graph.initializer:
        weight = graph.weights.get(initializer.name)
        if weight is None or len(initializer.raw_data) != weight.nbytes:
            raise CheckpointError(f"{path}: holds another weight {initializer.name[:80]!r} than the manifest asks for")
        _check_numbers(path, initializer.name, np.frombuffer(initializer.raw_data, ELEMENTS[weight.element]))
        initializer.ClearField("raw_data")
    if not _same(model, graph.skeleton()):
        raise CheckpointError(f"{path}: not the graph that its manifest asks for")


def _same(one: Any, other: Any) -> bool:
    # What is unknown to the messages declared here is kept by protobuf, and written again.
    same: bool = one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)
    return same


def _check_numbers(place: object, name: str, array: np.ndarray) -> None:
    if array.dtype == ELEMENTS[FLOAT] and not _finite(name, array):
        raise CheckpointError(f"{place}: {name} holds numbers that are not finite")


def _finite(name: str, array: np.ndarray) -> bool:
    if name.endswith(".unseen"):
        return bool((np.isneginf(array) | (array == 0)).all())
    return bool(np.isfinite(array).all())
