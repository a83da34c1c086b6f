"""The messages of an ONNX file, as many fields as the exported graphs have (onnx/onnx.proto, IR version 11).

They are declared here, so that an exported file can be written and examined where only ONNX Runtime is installed, which
brings protobuf but not the package onnx. Whatever else a file holds stays an unknown field, and shows when it is
compared.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FLOAT, UINT8, INT8, INT32, INT64, BOOL = 1, 2, 3, 6, 7, 9  # TensorProto.DataType
FLOAT_ATTRIBUTE, INT_ATTRIBUTE, STRING_ATTRIBUTE = 1, 2, 3  # AttributeProto.AttributeType

_TYPES = {"int64": 3, "int32": 5, "float": 2, "string": 9, "bytes": 12}  # FieldDescriptorProto.Type
_MESSAGE, _ONE, _MANY = 11, 1, 3
_PACKAGE = "psychoscore_onnx"
# Of each message its fields: number, name, type; "*" stands before what is repeated.
_MESSAGES: dict[str, tuple[tuple[int, str, str], ...]] = {
    "Dimension": ((1, "dim_value", "int64"), (2, "dim_param", "string")),
    "Shape": ((1, "dim", "*Dimension"),),
    "TensorType": ((1, "elem_type", "int32"), (2, "shape", "Shape")),
    "Type": ((1, "tensor_type", "TensorType"),),
    "ValueInfo": ((1, "name", "string"), (2, "type", "Type")),
    "Tensor": ((1, "dims", "*int64"), (2, "data_type", "int32"), (8, "name", "string"), (9, "raw_data", "bytes")),
    "Attribute": (
        (1, "name", "string"),
        (2, "f", "float"),
        (3, "i", "int64"),
        (4, "s", "bytes"),
        (20, "type", "int32"),
    ),
    "Node": (
        (1, "input", "*string"),
        (2, "output", "*string"),
        (3, "name", "string"),
        (4, "op_type", "string"),
        (5, "attribute", "*Attribute"),
        (7, "domain", "string"),
    ),
    "Graph": (
        (1, "node", "*Node"),
        (2, "name", "string"),
        (5, "initializer", "*Tensor"),
        (11, "input", "*ValueInfo"),
        (12, "output", "*ValueInfo"),
    ),
    "Opset": ((1, "domain", "string"), (2, "version", "int64")),
    "Model": (
        (1, "ir_version", "int64"),
        (2, "producer_name", "string"),
        (7, "graph", "Graph"),
        (8, "opset", "*Opset"),
    ),
}


def _class_of(name: str) -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="psychoscore_onnx.proto", package=_PACKAGE, syntax="proto2")
    for message, fields in _MESSAGES.items():
        declared = file.message_type.add(name=message)
        for number, label, kind in fields:
            plain = kind.removeprefix("*")
            field = declared.field.add(name=label, number=number, label=_MANY if kind != plain else _ONE)
            field.type = _TYPES.get(plain, _MESSAGE)
            if plain not in _TYPES:
                field.type_name = f".{_PACKAGE}.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


Model: Any = _class_of("Model")
