"""A program with its constants as a TFLite file, by the schema that LiteRT itself brings; and the constants back again.

The layout is fixed: buffer 0 is empty, then one for each literal and each of the net's constants, in order. So what a
file holds can be read by index, written again, and compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from psychoscore_tflite.constants import Kind, Stored
from psychoscore_tflite.graphs import Graph
from psychoscore_tflite.lowering import Operation, Program, lowered

ALIGNMENT = 16  # bytes: kernels read constants where they lie in the file
TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
}
SIGNATURE = "step"


class _Buffer(schema.BufferT):  # type: ignore[misc]  # the generated schema has no types
    """A buffer whose bytes are aligned, which the generated class does not see to."""

    def Pack(self, builder: Any) -> Any:
        builder.StartVector(1, len(self.data), ALIGNMENT)
        builder.head = builder.Head() - len(self.data)
        builder.Bytes[builder.Head() : builder.Head() + len(self.data)] = self.data
        data = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def packed(program: Program, constants: Mapping[str, Stored]) -> bytes:
    """Return the file's bytes; the same program and constants give the same."""
    arrays = {name: Stored(array) for name, array in program.literals.items()} | dict(constants)
    index = {name: place for place, name in enumerate([*arrays, *program.shapes])}
    part = schema.SubGraphT()
    part.name = SIGNATURE
    part.tensors = [_constant(name, one, place + 1) for place, (name, one) in enumerate(arrays.items())]
    part.tensors += [_tensor(name, shape, schema.TensorType.FLOAT32) for name, shape in program.shapes.items()]
    part.inputs = [index[tensor] for tensor in program.inputs.values()]
    part.outputs = [index[tensor] for tensor in program.outputs.values()]
    codes = _codes(program, constants)
    order = list(codes)
    part.operators = [_operator(one, order.index(one.code), index) for one in program.operations]
    model = schema.ModelT()
    model.version, model.description = 3, "psychoscore-tflite"
    model.operatorCodes, model.subgraphs = list(codes.values()), [part]
    model.buffers = [_buffer(b""), *(_buffer(one.array.tobytes()) for one in arrays.values())]
    model.signatureDefs = [_signature(program, index)]
    builder = flatbuffers.Builder(sum(one.array.nbytes + 256 for one in arrays.values()) + (1 << 16))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def constants_in(data: bytes, graph: Graph, kind: Kind, streams: int) -> dict[str, Stored]:
    """Return the constants that a file of this net holds; raises ValueError where it is no such file.

    Nothing but the places of the constants is looked at: whoever trusts the rest writes it again and compares.
    """
    if not schema.Model.ModelBufferHasIdentifier(data, 0):
        raise ValueError("no TFLite model")
    program = lowered(graph, kind, streams)
    model = schema.Model.GetRootAs(data, 0)
    first = len(program.literals)
    if model.SubgraphsLength() != 1 or model.BuffersLength() != 1 + first + len(program.weights):
        raise ValueError("a model of another net")
    part, found = model.Subgraphs(0), {}
    for place, (name, form) in enumerate(program.weights.items(), first):
        raw = model.Buffers(place + 1).DataAsNumpy()
        if not isinstance(raw, np.ndarray) or raw.nbytes != form.dtype.itemsize * int(np.prod(form.shape)):
            raise ValueError(f"{name} of another size")
        array = np.frombuffer(raw.tobytes(), form.dtype).reshape(form.shape)
        scales = _scales(part.Tensors(place), form.shape[0]) if form.dtype == np.int8 else None
        found[name] = Stored(array, scales)
        if not np.isfinite(found[name].numbers()).all():
            raise ValueError(f"{name} holds NaN or infinite weights")
    return found


def _scales(tensor: Any, rows: int) -> np.ndarray:
    scales = tensor.Quantization().ScaleAsNumpy()
    if not isinstance(scales, np.ndarray) or scales.shape != (rows,):
        raise ValueError("scales of another size")
    return scales.astype(np.float32)


def _buffer(data: bytes) -> Any:
    found = _Buffer() if data else schema.BufferT()
    found.data = data or None
    return found


def _tensor(name: str, shape: tuple[int, ...], kind: int, buffer: int = 0) -> Any:
    found = schema.TensorT()
    found.name, found.shape, found.type, found.buffer = name, list(shape), kind, buffer
    return found


def _constant(name: str, one: Stored, buffer: int) -> Any:
    found = _tensor(name, one.array.shape, TYPES[one.array.dtype], buffer)
    if one.scales is not None:
        found.quantization = schema.QuantizationParametersT()
        found.quantization.scale = one.scales.tolist()
        found.quantization.zeroPoint = [0] * len(one.scales)
    return found


def _codes(program: Program, constants: Mapping[str, Stored]) -> dict[str, Any]:
    """Return the operator codes that occur, with the versions of what is used of them."""
    bytes_ = any(one.scales is not None for one in constants.values())
    versions = {"DEQUANTIZE": 5 if bytes_ else 3}  # of rows with their own scales; of halves
    found = {}
    for name in dict.fromkeys(one.code for one in program.operations):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, schema.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES)
        code.version = versions.get(name, 1)
        found[name] = code
    return found


def _operator(one: Operation, code: int, index: Mapping[str, int]) -> Any:
    found = schema.OperatorT()
    found.opcodeIndex = code
    found.inputs, found.outputs = [index[name] for name in one.inputs], [index[name] for name in one.outputs]
    options = _options(one)
    if options is not None:
        found.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        found.builtinOptions = options
    return found


def _options(one: Operation) -> Any:
    plain = {"FULLY_CONNECTED": "FullyConnected", "ADD": "Add", "SUB": "Sub", "MUL": "Mul", "DIV": "Div", "POW": "Pow"}
    if one.code in plain:
        return getattr(schema, f"{plain[one.code]}OptionsT")()
    if one.code == "CONCATENATION":
        joined = schema.ConcatenationOptionsT()
        joined.axis = 1
        return joined
    if one.code == "SPLIT":
        split = schema.SplitOptionsT()
        split.numSplits = len(one.outputs)
        return split
    if one.code == "SPLIT_V":
        parts = schema.SplitVOptionsT()
        parts.numSplits = len(one.outputs)
        return parts
    if one.code == "SUM":
        summed = schema.ReducerOptionsT()
        summed.keepDims = True
        return summed
    return None


def _signature(program: Program, index: Mapping[str, int]) -> Any:
    found = schema.SignatureDefT()
    found.signatureKey, found.subgraphIndex = SIGNATURE, 0
    found.inputs = [_port(name, index[tensor]) for name, tensor in program.inputs.items()]
    found.outputs = [_port(name, index[tensor]) for name, tensor in program.outputs.items()]
    return found


def _port(name: str, tensor: int) -> Any:
    found = schema.TensorMapT()
    found.name, found.tensorIndex = name, tensor
    return found
