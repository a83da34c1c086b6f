"""A net as layers that name what they take: what graph.json and layers.json describe.

graph.json: {"version": 1, "inputs": {name: width}, "layers": [...], "outputs": {name: layer}}; a layer is {"name",
"type", "inputs", "outputs"} and may say "from": names of inputs and earlier layers whose numbers it takes, joined;
else it takes the layer before it. layers.json is such a list alone, a chain from `row` to `output`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

VERSION = 1
RECURRENT = {"lstm": 2, "gru": 1}  # states of its width that a layer remembers
SAME = ("tanh", "relu", "sigmoid", "elu", "modified-sigmoid", "share")  # as wide as what they take
TYPES = ("linear", *RECURRENT, *SAME)
MOST_LAYERS, MOST_WIDTH = 100, 1 << 13
STATE = ("state", "new_state")


class GraphError(ValueError):
    """A description that is no net: one line."""


@frozen(kw_only=True)
class Layer:
    """One layer. type: "linear", "lstm", "gru", or a function of every number; sources: what it takes, joined."""

    name: str
    type: str
    inputs: int
    outputs: int
    sources: tuple[str, ...]

    @property
    def remembered(self) -> int:
        """Return how many numbers of state it has."""
        return RECURRENT.get(self.type, 0) * self.outputs


@frozen(kw_only=True)
class Graph:
    """inputs: widths by name. layers: in an order in which each comes after what it takes. outputs: layers by name."""

    inputs: Mapping[str, int]
    layers: tuple[Layer, ...] = field()
    outputs: Mapping[str, str]

    def __attrs_post_init__(self) -> None:
        widths = dict(self.inputs)
        for layer in self.layers:
            _check(layer, widths)
            widths[layer.name] = layer.outputs
        for name, source in self.outputs.items():
            if source not in {layer.name for layer in self.layers}:
                raise GraphError(f"the output {name} is of no layer {str(source)[:40]!r}")
        clash = set(STATE) & {*self.inputs, *self.outputs} or set(self.inputs) & set(self.outputs)
        if clash:
            raise GraphError(f"{min(clash)} cannot be the name of this input or output: it is taken")

    @property
    def remembered(self) -> int:
        """Return the width of the state, the states of all layers joined in their order; 0 where nothing remembers."""
        return sum(layer.remembered for layer in self.layers)

    def width(self, name: str) -> int:
        """Return the width of an input or a layer."""
        found = next((layer.outputs for layer in self.layers if layer.name == name), None)
        return self.inputs[name] if found is None else found

    def described(self) -> dict[str, Any]:
        """Return what graph.json holds."""
        return {
            "version": VERSION,
            "inputs": dict(self.inputs),
            "layers": [
                {"name": x.name, "type": x.type, "inputs": x.inputs, "outputs": x.outputs, "from": list(x.sources)}
                for x in self.layers
            ],
            "outputs": dict(self.outputs),
        }

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the weights, under torch's names."""
        found: dict[str, tuple[int, ...]] = {}
        for layer in self.layers:
            inputs, outputs = layer.inputs, layer.outputs
            if layer.type == "linear":
                found |= {f"{layer.name}.weight": (outputs, inputs), f"{layer.name}.bias": (outputs,)}
            elif layer.type in RECURRENT:
                gates = {"lstm": 4, "gru": 3}[layer.type] * outputs
                found |= {f"{layer.name}.weight_ih_l0": (gates, inputs), f"{layer.name}.weight_hh_l0": (gates, outputs)}
                found |= {f"{layer.name}.bias_{side}_l0": (gates,) for side in ("ih", "hh")}
        return found


def read_graph(value: object) -> Graph:
    """Return the net that graph.json, or the list in layers.json, describes; raises GraphError in one line."""
    if isinstance(value, list):
        return _chain(value)
    if not isinstance(value, dict) or value.get("version") != VERSION:
        found = value.get("version") if isinstance(value, dict) else None
        raise GraphError(f"version {str(found)[:40]} of a net's description; this reads version {VERSION}")
    inputs: Any = value.get("inputs")
    outputs: Any = value.get("outputs")
    if not _names(inputs) or not all(map(_width, inputs.values())):
        raise GraphError(f"inputs must be names with widths from 1 to {MOST_WIDTH}")
    if not _names(outputs) or not all(map(_name, outputs.values())):
        raise GraphError("outputs must be names with layers")
    if len(inputs) + len(outputs) > MOST_LAYERS:
        raise GraphError(f"more than {MOST_LAYERS} inputs and outputs")
    return Graph(inputs=inputs, layers=_layers(value.get("layers"), next(iter(inputs))), outputs=outputs)


def _chain(value: list[Any]) -> Graph:
    layers = _layers(value, "row")
    return Graph(inputs={"row": layers[0].inputs}, layers=layers, outputs={"output": layers[-1].name})


def _layers(value: object, first: str) -> tuple[Layer, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LAYERS or not all(isinstance(v, dict) for v in value):
        raise GraphError(f"not a list of 1 to {MOST_LAYERS} layers")
    found: list[Layer] = []
    for one in value:
        found.append(_layer(one, found[-1].name if found else first))
    return tuple(found)


def _layer(one: Mapping[str, Any], before: str) -> Layer:
    name, sources = one.get("name"), one.get("from", [before])
    if not _name(name):
        raise GraphError("a layer without a name")
    if one.get("type") not in TYPES:
        raise GraphError(f"{name}: the type {str(one.get('type'))[:40]!r} is none of {', '.join(TYPES)}")
    if not _width(one.get("inputs")) or not _width(one.get("outputs")):
        raise GraphError(f"{name}: inputs and outputs must be whole numbers from 1 to {MOST_WIDTH}")
    if not isinstance(sources, list) or not 0 < len(sources) <= MOST_LAYERS or not all(map(_name, sources)):
        raise GraphError(f"{name}: from must be a list of names")
    return Layer(name=str(name), type=one["type"], inputs=one["inputs"], outputs=one["outputs"], sources=tuple(sources))


def _check(layer: Layer, widths: Mapping[str, int]) -> None:
    if layer.name in widths:
        raise GraphError(f"two layers or inputs of the name {layer.name}")
    for source in layer.sources:
        if source not in widths:
            raise GraphError(f"{layer.name}: takes {source}, which does not come before it")
    width = sum(widths[source] for source in layer.sources)
    if width != layer.inputs:
        raise GraphError(f"{layer.name}: takes {layer.inputs} numbers, and {width} come before it")
    if layer.type in SAME and layer.outputs != layer.inputs:
        raise GraphError(f"{layer.name}: {layer.type} gives as many numbers as it takes")


def _names(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(_name, value))


def _name(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier() and len(value) <= 80


def _width(value: object) -> bool:
    return type(value) is int and 0 < value <= MOST_WIDTH
