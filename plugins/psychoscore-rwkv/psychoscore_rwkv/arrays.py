"""A model's weights as NumPy arrays in float32, from any of the forms that they come in; torch is not imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from psychoscore_core.errors import CheckpointError
from psychoscore_rwkv.base_model import Base, header
from psychoscore_rwkv.layout import renamed

Arrays = dict[str, np.ndarray]
_STORED = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read_arrays(base: Base) -> Arrays:
    """Return a base's tensors by transformers' name; raises CheckpointError where they are not whole or not finite."""
    found = {}
    for name, (dtype, shape, raw) in _stored(base).items():
        found[name] = _float32(np.frombuffer(raw, _STORED[dtype]), dtype).reshape(shape)
        if not np.isfinite(found[name]).all():
            raise CheckpointError(f"{base.weights}: {name} holds numbers that are not finite")
    return found


def plain(weights: Mapping[str, Any]) -> Arrays:
    """Return arrays or torch tensors (on any device) by transformers' name; public names are known too."""
    return {renamed(name): _array(value) for name, value in weights.items()}


def _stored(base: Base) -> dict[str, tuple[str, tuple[int, ...], memoryview]]:
    """Return what each tensor is, and its bytes; safetensors' NumPy reader knows no bfloat16."""
    tensors = header(base.weights)  # the library has checked every offset
    raw = memoryview(np.memmap(base.weights, np.uint8, "r"))
    size = int.from_bytes(raw[:8], "little")
    table = json.loads(bytes(raw[8 : 8 + size]))
    spans = {name: [8 + size + offset for offset in table[name]["data_offsets"]] for name in tensors}
    return {name: (*tensors[name], raw[start:end]) for name, (start, end) in spans.items()}


def _float32(stored: np.ndarray, dtype: str) -> np.ndarray:
    if dtype == "BF16":
        return (stored.astype("<u4") << 16).view("<f4")
    return stored.astype(np.float32)


def _array(value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value, np.float32)
    array: np.ndarray = value.detach().float().cpu().numpy()
    return np.ascontiguousarray(array)
