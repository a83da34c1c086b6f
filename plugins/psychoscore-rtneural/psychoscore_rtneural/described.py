"""A checkpoint that says which chain of layers it is: layers.json beside model.safetensors."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from psychoscore_core.errors import CheckpointError

LAYERS, WEIGHTS = "layers.json", "model.safetensors"
MOST_BYTES, MOST_LAYERS, MOST_WIDTH = 1 << 28, 100, 1 << 13

_BUILT: Mapping[str, Callable[[int, int], nn.Module]] = {
    "linear": nn.Linear,
    "lstm": lambda inputs, outputs: nn.LSTM(inputs, outputs, batch_first=True),
    "gru": lambda inputs, outputs: nn.GRU(inputs, outputs, batch_first=True),
    "tanh": lambda inputs, outputs: nn.Tanh(),
    "relu": lambda inputs, outputs: nn.ReLU(),
    "sigmoid": lambda inputs, outputs: nn.Sigmoid(),
    "elu": lambda inputs, outputs: nn.ELU(),
}


def module_of(folder: Path) -> tuple[nn.Sequential, dict[str, Any]]:
    """Return the chain that a checkpoint's folder describes, with its weights, and what the manifest says of it.

    layers.json: a list of {"name", "type" (linear, lstm, gru, tanh, relu, sigmoid, elu), "inputs", "outputs"}; the
    weights have torch's names. Raises CheckpointError on a folder that describes none, and on weights of other shapes.
    """
    path = folder / LAYERS
    if not path.is_file():
        raise CheckpointError(
            f"{folder}: RTNeural runs chains of layers, and no {LAYERS} there describes one; a transformer is no such "
            "chain (RTNeural has no attention): export it with the exporter onnx"
        )
    described = _described(path)
    module = nn.Sequential(OrderedDict((one["name"], _built(path, one)) for one in described))
    data = _read(folder / WEIGHTS)
    try:
        module.load_state_dict(load(data))
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"{folder / WEIGHTS}: {' '.join(str(error).split())[:200]}") from None
    return module.eval(), {"checkpoint": folder.name, "sha256": hashlib.sha256(data).hexdigest()}


def _described(path: Path) -> list[dict[str, Any]]:
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LAYERS or not all(isinstance(v, dict) for v in value):
        raise CheckpointError(f"{path}: not a list of 1 to {MOST_LAYERS} layers")
    return value


def _built(path: Path, one: Mapping[str, Any]) -> nn.Module:
    name, sizes = one.get("name"), [one.get("inputs"), one.get("outputs")]
    if not isinstance(name, str) or not name.isidentifier():
        raise CheckpointError(f"{path}: a layer without a name")
    if one.get("type") not in _BUILT:
        raise CheckpointError(f"{path}: {name}: the type {str(one.get('type'))[:40]!r} is none of {', '.join(_BUILT)}")
    if not all(type(size) is int and 0 < size <= MOST_WIDTH for size in sizes):
        raise CheckpointError(f"{path}: {name}: inputs and outputs must be whole numbers from 1 to {MOST_WIDTH}")
    with torch.random.fork_rng(devices=[]):
        return _BUILT[one["type"]](*sizes)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CheckpointError(f"{path}: more than {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
