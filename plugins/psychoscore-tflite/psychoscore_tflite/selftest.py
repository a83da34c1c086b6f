"""Vectors that an exported model is tested with: inputs, and the outputs that NumPy gives in double precision.

The state goes round from step to step. The numbers are those that the model holds, whatever it rounds: so what differs
is the arithmetic. `drift` says how far the rounding itself moves the outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from psychoscore_tflite.constants import Stored
from psychoscore_tflite.graphs import STATE, Graph
from psychoscore_tflite.stepping import NumpyStep

NAME = "self-test.safetensors"
CLOSE = 1e-4

Arrays = Mapping[str, np.ndarray]


class Steps(Protocol):
    """A net that steps: `NumpyStep`, `LiteStep`."""

    state: np.ndarray

    def step(self, given: Arrays) -> dict[str, np.ndarray]:
        """Return the outputs."""


def inputs_of(graph: Graph, rows: int, streams: int, seed: int) -> dict[str, np.ndarray]:
    """Return normally distributed inputs (rows, streams, width) by name."""
    random = np.random.default_rng(seed)
    return {name: random.standard_normal((rows, streams, w)).astype(np.float32) for name, w in graph.inputs.items()}


def walked(steps: Steps, given: Arrays) -> dict[str, np.ndarray]:
    """Return the outputs (rows, streams, width) of all rows one after the other, and the state after each."""
    rows = len(next(iter(given.values())))
    found = []
    for row in range(rows):
        one = dict(steps.step({name: array[row] for name, array in given.items()}))
        if steps.state.shape[-1]:
            one[STATE[1]] = steps.state
        found.append(one)
    return {name: np.stack([one[name] for one in found]) for name in found[0]}


def vectors(given: Arrays, wanted: Arrays) -> bytes:
    """Return the file's bytes: inputs, and outputs as float32."""
    arrays = {f"in.{name}": array for name, array in given.items()} | {f"out.{n}": array for n, array in wanted.items()}
    return save({name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()})


def read(data: bytes, graph: Graph, streams: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return inputs and outputs of a file by name; raises ValueError on one that does not fit the net."""
    try:
        arrays = load(data)
    except SafetensorError as error:
        raise ValueError(f"not readable as safetensors ({' '.join(str(error).split())[:200]})") from None
    rows = _rows(arrays.get(f"in.{next(iter(graph.inputs))}"))
    widths: dict[str, int] = {f"in.{name}": width for name, width in graph.inputs.items()}
    widths |= {f"out.{name}": graph.width(layer) for name, layer in graph.outputs.items()}
    if graph.remembered:
        widths[f"out.{STATE[1]}"] = graph.remembered
    for name, width in widths.items():
        one = arrays.get(name)
        if one is None or one.dtype != np.float32 or one.shape != (rows, streams, width) or not np.isfinite(one).all():
            raise ValueError(f"holds no {name} of finite numbers (rows, {streams}, {width})")
    parts = {side: {n[len(side) :]: a for n, a in arrays.items() if n.startswith(side)} for side in ("in.", "out.")}
    return parts["in."], parts["out."]


def _rows(array: np.ndarray | None) -> int:
    return len(array) if array is not None and array.ndim == 3 and len(array) else -1


def tolerances(wanted: Arrays) -> dict[str, float]:
    """Return by how much any number of each output may be off: 1e-4.

    A state, whose cells may grow beyond all outputs, is measured against its largest number.
    """
    found = dict.fromkeys(sorted(wanted), CLOSE)
    if STATE[1] in found:
        found[STATE[1]] *= max(1.0, float(np.abs(wanted[STATE[1]]).max()))
    return found


def worst(found: Arrays, wanted: Arrays, most: Mapping[str, float]) -> tuple[float, float]:
    """Return the largest error, and what it may be, of the output that is nearest to its tolerance or farthest off."""
    errors = {name: float(np.abs(found[name] - wanted[name]).max()) for name in wanted}
    name = max(errors, key=lambda name: (np.isnan(errors[name]), errors[name] / most[name]))
    return errors[name], most[name]


def drift(graph: Graph, exact: Mapping[str, Stored], rounded: Mapping[str, Stored], given: Arrays) -> float:
    """Return how far the rounding of a kind of weights moves any output, the state left out."""
    streams = next(iter(given.values())).shape[1]
    both = [walked(NumpyStep(graph, one, streams, np.float64), given) for one in (exact, rounded)]
    return max(float(np.abs(both[0][name] - both[1][name]).max()) for name in graph.outputs)
