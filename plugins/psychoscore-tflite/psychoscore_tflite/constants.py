"""The numbers of a net as a model holds them: matrices in float32, float16 or bytes, everything else in float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from attrs import frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_tflite.checkpoints import Net
from psychoscore_tflite.graphs import Graph, Layer

Kind = Literal["float32", "float16", "int8"]
KINDS: tuple[str, ...] = get_args(Kind)


@frozen(eq=False)
class Stored:
    """An array as it lies in the model; scales: of the rows of a matrix of bytes, (rows,) float32."""

    array: np.ndarray
    scales: np.ndarray | None = None

    def numbers(self) -> np.ndarray:
        """Return the numbers that it stands for, float32."""
        floats: np.ndarray = self.array.astype(np.float32)
        return floats if self.scales is None else floats * self.scales[:, None]


@frozen
class Form:
    """The shape and the type of a constant: matrices (outputs, inputs), and vectors."""

    shape: tuple[int, ...]
    dtype: Any


def forms(graph: Graph, kind: Kind) -> dict[str, Form]:
    """Return the forms of a net's constants by name.

    Bytes round a row of a matrix by 1/254 of its largest number. Where a layer takes what comes into the net, whose
    scale nobody knows (decibels, say), that is too much, so such layers stay in float32.
    """
    found: dict[str, Form] = {}
    for layer in graph.layers:
        raw = not set(graph.inputs).isdisjoint(layer.sources)
        dtype = np.dtype("float32" if kind == "int8" and raw else kind)
        for name, shape in _shapes(layer).items():
            found[name] = Form(shape, dtype if len(shape) == 2 else np.dtype(np.float32))
    return found


def _shapes(layer: Layer) -> dict[str, tuple[int, ...]]:
    name, inputs, outputs = layer.name, layer.inputs, layer.outputs
    if layer.type == "linear":
        return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
    if layer.type == "lstm":  # one product of input and hidden state, joined
        return {f"{name}.weight": (4 * outputs, inputs + outputs), f"{name}.bias": (4 * outputs,)}
    if layer.type == "gru":  # two, because the reset gate lies between them
        given = {f"{name}.given.weight": (3 * outputs, inputs), f"{name}.given.bias": (3 * outputs,)}
        return given | {f"{name}.kept.weight": (3 * outputs, outputs), f"{name}.kept.bias": (3 * outputs,)}
    return {}


def stored(net: Net, kind: Kind) -> dict[str, Stored]:
    """Return a net's constants by name; raises CheckpointError where a weight is beyond what float16 can hold."""
    arrays: dict[str, np.ndarray] = {}
    for layer in net.graph.layers:
        arrays |= _arrays(layer, net.weights)
    return {name: _rounded(name, arrays[name], form.dtype) for name, form in forms(net.graph, kind).items()}


def _arrays(layer: Layer, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    name = layer.name
    if layer.type == "linear":
        return {f"{name}.weight": weights[f"{name}.weight"], f"{name}.bias": weights[f"{name}.bias"]}
    if layer.type not in ("lstm", "gru"):
        return {}
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    given, kept, one, other = (weights[f"{name}.{part}_l0"] for part in parts)
    if layer.type == "lstm":
        return {f"{name}.weight": np.concatenate([given, kept], axis=1), f"{name}.bias": one + other}
    return {
        f"{name}.given.weight": given,
        f"{name}.given.bias": one,
        f"{name}.kept.weight": kept,
        f"{name}.kept.bias": other,
    }


def _rounded(name: str, array: np.ndarray, dtype: Any) -> Stored:
    if dtype == np.int8:
        scales = (np.maximum(np.abs(array).max(axis=1), 1e-12) / 127).astype(np.float32)
        return Stored(np.clip(np.rint(array / scales[:, None]), -127, 127).astype(np.int8), scales)
    if dtype == np.float16 and np.abs(array).max() > np.finfo(np.float16).max:
        raise CheckpointError(f"{name}: holds a weight beyond what float16 can hold: export it as float32")
    return Stored(array.astype(dtype))
