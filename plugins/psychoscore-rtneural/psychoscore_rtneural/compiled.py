"""The C++ header that spells the model out as a type, for RTNeural's compile-time API and its torch_helpers."""

from __future__ import annotations

from collections.abc import Sequence

from psychoscore_rtneural.layers import Entry

LOADED = {"dense": "loadDense", "conv1d": "loadConv1D", "lstm": "loadLSTM", "gru": "loadGRU"}
ACTIVATIONS = {"tanh": "Tanh", "relu": "ReLu", "sigmoid": "Sigmoid", "softmax": "Softmax", "elu": "ELu"}


def compiled_header(layers: Sequence[Entry]) -> str:
    """Return compiled.h: the type `CompiledModel` and its `load`, where torch_helpers know all of the layers.

    Elsewhere HAS_COMPILED_MODEL is 0: they have no loader for prelu and batchnorm.
    """
    kinds = {layer.kind for layer in layers}
    if not kinds <= {*LOADED, "activation"}:
        unknown = ", ".join(sorted(kinds - {*LOADED, "activation"}))
        why = f"// RTNeural's torch_helpers read no {unknown}: model.json is the way.\n"
        return f"#pragma once\n{why}#define HAS_COMPILED_MODEL 0\n"
    types = [_type(layer) for layer in layers]
    body = ",\n    ".join([f"float, {layers[0].inputs}, {layers[-1].outputs}", *types])
    loads = "".join(_load(index, layer) for index, layer in enumerate(layers))
    return (
        "#pragma once\n#include <RTNeural/RTNeural.h>\n#include <RTNeural/torch_helpers.h>\n\n"
        "#define HAS_COMPILED_MODEL 1\n\n"
        f"using CompiledModel = RTNeural::ModelT<\n    {body}>;\n\n"
        "// json: the content of state_dict.json\n"
        "inline void load(CompiledModel& model, const nlohmann::json& json)\n{\n"
        f"    namespace th = RTNeural::torch_helpers;\n{loads}}}\n"
    )


def _type(layer: Entry) -> str:
    sizes = f"float, {layer.inputs}, {layer.outputs}"
    if layer.kind == "activation":
        return f"RTNeural::{ACTIVATIONS[layer.facts['activation']]}ActivationT<float, {layer.outputs}>"
    if layer.kind == "conv1d":
        kernel, dilation, groups = layer.facts["kernel_size"][0], layer.facts["dilation"][0], layer.facts["groups"]
        return f"RTNeural::Conv1DT<{sizes}, {kernel}, {dilation}, {groups}>"
    return f"RTNeural::{ {'dense': 'DenseT', 'lstm': 'LSTMLayerT', 'gru': 'GRULayerT'}[layer.kind] }<{sizes}>"


def _load(index: int, layer: Entry) -> str:
    if layer.kind == "activation":
        return ""
    prefix = f"{layer.path}." if layer.path else ""
    bias = "bias_ih_l0" if layer.kind in ("lstm", "gru") else "bias"
    has = f'json.contains("{prefix}{bias}")'
    part = f", {layer.part}" if layer.kind in ("lstm", "gru") else ""
    return f'    th::{LOADED[layer.kind]}<float>(json, "{prefix}", model.get<{index}>(), {has}{part});\n'
