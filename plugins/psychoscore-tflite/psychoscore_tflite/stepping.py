"""A net in NumPy, one step at a time: what `psyco timbre` runs, and what exported models are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import DTypeLike

from psychoscore_tflite.constants import Stored
from psychoscore_tflite.graphs import Graph, Layer

LOG10 = float(np.log(10.0))
FLOOR = 1e-7  # of a modified sigmoid: nothing is ever exactly silent (Engel et al. 2020, equation 5)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), without overflow."""
    found: np.ndarray = 0.5 * (1 + np.tanh(0.5 * x))
    return found


def _modified_sigmoid(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = 2 * np.exp(-LOG10 * np.logaddexp(0, -x)) + FLOOR
    return found


_FUNCTIONS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": sigmoid,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "modified-sigmoid": _modified_sigmoid,
    "share": lambda x: x / x.sum(axis=1, keepdims=True),
}


class NumpyStep:
    """A net with its state; a step takes and gives arrays (streams, width)."""

    def __init__(
        self, graph: Graph, constants: Mapping[str, Stored], streams: int = 1, dtype: DTypeLike = np.float32
    ) -> None:
        self.graph, self._streams, self._dtype = graph, streams, dtype
        self._numbers = {name: one.numbers().astype(dtype) for name, one in constants.items()}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.state = np.zeros((self._streams, self.graph.remembered), self._dtype)

    def step(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the outputs for inputs (streams, width) by name, after all steps before."""
        found = {name: np.asarray(given[name], self._dtype) for name in self.graph.inputs}
        states, place = [], 0
        for layer in self.graph.layers:
            x = found[layer.sources[0]]
            if len(layer.sources) > 1:
                x = np.concatenate([found[source] for source in layer.sources], axis=1)
            old = self.state[:, place : place + layer.remembered]
            found[layer.name], new = self._layer(layer, x, old)
            states.append(new)
            place += layer.remembered
        self.state = np.concatenate(states, axis=1)
        return {name: found[layer] for name, layer in self.graph.outputs.items()}

    def _layer(self, layer: Layer, x: np.ndarray, old: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if layer.type == "lstm":
            hidden, cell = np.split(old, 2, axis=1)
            take, keep, new, out = np.split(self._product(layer.name, np.concatenate([x, hidden], axis=1)), 4, axis=1)
            cell = sigmoid(keep) * cell + sigmoid(take) * np.tanh(new)
            hidden = sigmoid(out) * np.tanh(cell)
            return hidden, np.concatenate([hidden, cell], axis=1)
        if layer.type == "gru":
            given = np.split(self._product(f"{layer.name}.given", x), 3, axis=1)
            kept = np.split(self._product(f"{layer.name}.kept", old), 3, axis=1)
            reset, update = sigmoid(given[0] + kept[0]), sigmoid(given[1] + kept[1])
            new = np.tanh(given[2] + reset * kept[2])
            hidden = new + update * (old - new)
            return hidden, hidden
        result = self._product(layer.name, x) if layer.type == "linear" else _FUNCTIONS[layer.type](x)
        return result, old

    def _product(self, name: str, x: np.ndarray) -> np.ndarray:
        found: np.ndarray = x @ self._numbers[f"{name}.weight"].T + self._numbers[f"{name}.bias"]
        return found
