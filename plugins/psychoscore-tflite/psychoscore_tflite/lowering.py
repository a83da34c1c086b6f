"""A net as TFLite's builtin operations: tensors by name, and operations in order, of one step with its state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from psychoscore_tflite.constants import Form, Kind, forms
from psychoscore_tflite.graphs import STATE, Graph, Layer
from psychoscore_tflite.stepping import FLOOR, LOG10

FUNCTIONS = {"tanh": "TANH", "relu": "RELU", "sigmoid": "LOGISTIC", "elu": "ELU"}
AXIS = "literal.axis"  # a literal: dimension 1, the width


@frozen
class Operation:
    """One builtin operation, by its name in the schema."""

    code: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@frozen(eq=False)
class Program:
    """shapes: of every tensor. literals: constants that are in every model. weights: the net's constants, by name."""

    shapes: dict[str, tuple[int, ...]] = field(factory=dict)
    literals: dict[str, np.ndarray] = field(factory=dict)
    weights: dict[str, Form] = field(factory=dict)
    operations: list[Operation] = field(factory=list)
    inputs: dict[str, str] = field(factory=dict)
    outputs: dict[str, str] = field(factory=dict)


def lowered(graph: Graph, kind: Kind, streams: int) -> Program:
    """Return a net's program: tensors of (streams, width); `state` in and `new_state` out where it remembers."""
    return _Lowering(graph, kind, streams).program


class _Lowering:
    def __init__(self, graph: Graph, kind: Kind, streams: int) -> None:
        self.program, self._streams = Program(), streams
        self._literal(AXIS, np.array(1, np.int32))
        found = {name: self._tensor(name, width) for name, width in graph.inputs.items()}
        self.program.inputs.update(found)
        states = self._states(graph)
        self.program.weights.update(forms(graph, kind))
        kept: list[str] = []
        for layer in graph.layers:
            x = self._joined(f"{layer.name}.in", [found[source] for source in layer.sources], layer.inputs)
            found[layer.name] = self._layer(layer, x, states, kept)
        self.program.outputs.update({name: found[layer] for name, layer in graph.outputs.items()})
        if graph.remembered:
            self.program.outputs[STATE[1]] = self._joined(STATE[1], kept, graph.remembered)

    def _states(self, graph: Graph) -> Mapping[str, str]:
        """Split the state into each layer's parts: `layer.old`, and of an LSTM its cell as well."""
        parts: dict[str, int] = {}
        for layer in graph.layers:
            if layer.remembered:
                parts[f"{layer.name}.old"] = layer.outputs
            if layer.type == "lstm":
                parts[f"{layer.name}.old_cell"] = layer.outputs
        if not parts:
            return {}
        self.program.inputs[STATE[0]] = self._tensor(STATE[0], graph.remembered)
        if len(parts) == 1:
            return dict.fromkeys(parts, STATE[0])
        sizes = self._literal("state.sizes", np.array(list(parts.values()), np.int32))
        outputs = tuple(self._tensor(name, width) for name, width in parts.items())
        self.program.operations.append(Operation("SPLIT_V", (STATE[0], sizes, AXIS), outputs))
        return {name: name for name in parts}

    def _layer(self, layer: Layer, x: str, states: Mapping[str, str], kept: list[str]) -> str:
        name, width = layer.name, layer.outputs
        if layer.type == "linear":
            return self._product(name, x, width, name)
        if layer.type == "lstm":
            return self._lstm(name, x, width, states, kept)
        if layer.type == "gru":
            return self._gru(name, x, width, states[f"{name}.old"], kept)
        if layer.type == "modified-sigmoid":
            power, two, floor = (
                self._literal(f"literal.{text}", np.array([value], np.float32))
                for text, value in (("log10", LOG10), ("two", 2.0), ("floor", FLOOR))
            )
            raised = self._op("POW", f"{name}.raised", width, self._op("LOGISTIC", f"{name}.open", width, x), power)
            return self._op("ADD", name, width, self._op("MUL", f"{name}.doubled", width, raised, two), floor)
        if layer.type == "share":
            return self._op("DIV", name, width, x, self._op("SUM", f"{name}.sum", 1, x, AXIS))
        return self._op(FUNCTIONS[layer.type], name, width, x)

    def _lstm(self, name: str, x: str, width: int, states: Mapping[str, str], kept: list[str]) -> str:
        hidden, cell = states[f"{name}.old"], states[f"{name}.old_cell"]
        joined = self._op("CONCATENATION", f"{name}.joined", self.program.shapes[x][1] + width, x, hidden)
        gates = self._split(f"{name}.gates", self._product(name, joined, 4 * width, f"{name}.gates"), width, 4)
        take, keep, out = (self._op("LOGISTIC", f"{gate}.open", width, gate) for gate in (gates[0], gates[1], gates[3]))
        new = self._op("TANH", f"{name}.new", width, gates[2])
        held = self._op("MUL", f"{name}.held", width, keep, cell)
        taken = self._op("MUL", f"{name}.taken", width, take, new)
        cell = self._op("ADD", f"{name}.cell", width, held, taken)
        result = self._op("MUL", name, width, out, self._op("TANH", f"{name}.loud", width, cell))
        kept += [result, cell]
        return result

    def _gru(self, name: str, x: str, width: int, old: str, kept: list[str]) -> str:
        parts = [
            self._split(f"{name}.{side}", self._product(f"{name}.{side}", source, 3 * width), width, 3)
            for side, source in (("given", x), ("kept", old))
        ]
        sums = [self._op("ADD", f"{name}.sum{i}", width, parts[0][i], parts[1][i]) for i in (0, 1)]
        reset, update = (self._op("LOGISTIC", f"{one}.open", width, one) for one in sums)
        held = self._op("MUL", f"{name}.held", width, reset, parts[1][2])
        new = self._op("TANH", f"{name}.new", width, self._op("ADD", f"{name}.raw", width, parts[0][2], held))
        back = self._op("MUL", f"{name}.back", width, update, self._op("SUB", f"{name}.away", width, old, new))
        result = self._op("ADD", name, width, new, back)
        kept.append(result)
        return result

    def _product(self, name: str, x: str, width: int, result: str = "") -> str:
        weight = f"{name}.weight"
        form = self.program.weights[weight]
        if form.dtype != np.float32:
            wide = f"{weight}.float32"
            self.program.shapes[wide] = form.shape
            self.program.operations.append(Operation("DEQUANTIZE", (weight,), (wide,)))
            weight = wide
        return self._op("FULLY_CONNECTED", result or f"{name}.product", width, x, weight, f"{name}.bias")

    def _split(self, name: str, x: str, width: int, number: int) -> tuple[str, ...]:
        outputs = tuple(self._tensor(f"{name}.{index}", width) for index in range(number))
        self.program.operations.append(Operation("SPLIT", (AXIS, x), outputs))
        return outputs

    def _joined(self, name: str, parts: list[str], width: int) -> str:
        return parts[0] if len(parts) == 1 else self._op("CONCATENATION", name, width, *parts)

    def _op(self, code: str, name: str, width: int, *inputs: str) -> str:
        self.program.operations.append(Operation(code, inputs, (self._tensor(name, width),)))
        return name

    def _tensor(self, name: str, width: int) -> str:
        self.program.shapes[name] = (self._streams, width)
        return name

    def _literal(self, name: str, array: np.ndarray) -> str:
        self.program.literals[name] = array
        return name
