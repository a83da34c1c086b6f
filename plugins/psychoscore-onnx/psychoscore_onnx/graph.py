"""A graph before its weights: nodes, and the names and shapes of everything; what a file must match node by node."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_onnx.messages import (
    BOOL,
    FLOAT,
    FLOAT_ATTRIBUTE,
    INT8,
    INT32,
    INT64,
    INT_ATTRIBUTE,
    STRING_ATTRIBUTE,
    UINT8,
    Model,
)
from psychoscore_onnx.sizes import BLOCK, Kind

RUNTIME = "com.microsoft"  # the domain of ONNX Runtime's own operators
IR_VERSION = {23: 11, 24: 12}
ELEMENTS = {FLOAT: np.float32, UINT8: np.uint8, INT8: np.int8, INT32: np.int32, INT64: np.int64, BOOL: np.bool_}
Dims = Sequence[int | str]


@frozen
class Weight:
    """An initializer: its ONNX type and shape."""

    element: int
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Return how many bytes it takes."""
        return math.prod(self.shape) * np.dtype(ELEMENTS[self.element]).itemsize


class Graph:
    """Collects nodes in the order in which they run; every method that adds one returns the name of what it gives."""

    def __init__(self, name: str, kind: Kind, epsilon: float) -> None:
        self.kind, self.epsilon = kind, epsilon
        self.weights: dict[str, Weight] = {}
        self.message = Model(ir_version=IR_VERSION[kind.opset], producer_name="psychoscore")
        self.message.graph.name = name
        self.message.opset.add(domain="", version=kind.opset)
        self.message.opset.add(domain=RUNTIME, version=1)

    def given(self, name: str, element: int, dims: Dims) -> str:
        """Declare an input."""
        _declare(self.message.graph.input.add(name=name), element, dims)
        return name

    def gives(self, name: str, element: int, dims: Dims) -> None:
        """Declare an output."""
        _declare(self.message.graph.output.add(name=name), element, dims)

    def weight(self, name: str, shape: Iterable[int], element: int = FLOAT) -> str:
        """Declare a weight."""
        self.weights[name] = Weight(element, tuple(shape))
        return name

    def node(self, kind: str, inputs: Sequence[str], outputs: Sequence[str] = (), domain: str = "", **of: Any) -> str:
        """Add a node; outputs: their names, where they are needed. Return the name of the first."""
        nodes = self.message.graph.node
        name = f"{kind}.{len(nodes)}"
        found = list(outputs) or [f"{name}.out"]
        node = nodes.add(name=name, op_type=kind, input=inputs, output=found, domain=domain)
        for label, value in sorted(of.items()):
            if isinstance(value, int):
                node.attribute.add(name=label, i=value, type=INT_ATTRIBUTE)
            elif isinstance(value, str):
                node.attribute.add(name=label, s=value.encode(), type=STRING_ATTRIBUTE)
            else:
                node.attribute.add(name=label, f=value, type=FLOAT_ATTRIBUTE)
        return found[0]

    def matrix(self, x: str, name: str, outputs: int, inputs: int, bias: str = "", gives: str = "") -> str:
        """Multiply x by a matrix (outputs, inputs) and add a bias (outputs,), if any; in int8 where the kind says so.

        MatMulNBits rounds each block of x to bytes by itself, so that no row depends on those beside it.
        """
        into = [gives] if gives else []
        if self.kind.quantization == "none":
            matrix = self.weight(f"{name}.turned", (inputs, outputs))
            if not bias:
                return self.node("MatMul", [x, matrix], into)
            return self.node("Add", [self.node("MatMul", [x, matrix]), bias], into)
        block = block_of(inputs)
        count = -(-inputs // block)
        of = {"K": inputs, "N": outputs, "bits": 8, "block_size": block, "accuracy_level": 4}
        given = [x, self.weight(f"{name}.bytes", (outputs, count, block), UINT8)]
        given += [self.weight(f"{name}.scales", (outputs, count)), *(["", "", bias] if bias else [])]
        return self.node("MatMulNBits", given, into, RUNTIME, **of)

    def normed(self, x: str, name: str, width: int) -> str:
        """Divide by the root of the mean square."""
        of = {"axis": -1, "epsilon": self.epsilon}
        return self.node("RMSNormalization", [x, self.weight(name, (width,))], **of)

    def added_and_normed(self, x: str, y: str, name: str, width: int, total: str = "") -> tuple[str, str]:
        """Return the names of (x + y, normed) and x + y, which one node gives."""
        total = total or f"{name}.sum"
        outputs = [f"{name}.normed", "", "", total]
        given = [x, y, self.weight(name, (width,))]
        return self.node("SkipSimplifiedLayerNormalization", given, outputs, RUNTIME, epsilon=self.epsilon), total

    def skeleton(self) -> Any:
        """Return the model with all its weights declared, and none of their numbers."""
        model = Model.FromString(self.message.SerializeToString())
        for name, weight in self.weights.items():
            model.graph.initializer.add(name=name, data_type=weight.element, dims=weight.shape)
        return model

    def silu(self, x: str) -> str:
        """Multiply x by its sigmoid."""
        return self.node("QuickGelu", [x], domain=RUNTIME, alpha=1.0)


def block_of(inputs: int) -> int:
    """Return how many inputs share a scale: a power of two, no larger than there is need for."""
    return min(BLOCK, max(16, 1 << (inputs - 1).bit_length()))


def _declare(info: Any, element: int, dims: Dims) -> None:
    info.type.tensor_type.elem_type = element
    shape = info.type.tensor_type.shape
    for dim in dims:
        shape.dim.add(dim_value=dim) if isinstance(dim, int) else shape.dim.add(dim_param=dim)
