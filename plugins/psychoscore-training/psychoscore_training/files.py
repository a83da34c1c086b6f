"""Files that are whole or absent, and tensors that are read with distrust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import replacing

JSON_LIMIT = 1 << 20  # bytes of a checkpoint's JSON file


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a checkpoint's file; raises CheckpointError when it is missing, huge or no object."""
    try:
        if path.stat().st_size > JSON_LIMIT:
            raise CheckpointError(f"{path}: larger than {JSON_LIMIT} bytes, not a checkpoint's")
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not readable as a checkpoint's JSON ({_first_line(error)})") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: holds no JSON object")
    return value


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors as safetensors, whole or not at all."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as part:
        save_file(contiguous, part, metadata=dict(metadata or {}))


def read_tensors(path: Path, expected: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Return the float32 tensors of a file after its header matched the expected names and shapes exactly.

    Nothing is allocated before that. Raises CheckpointError in one line on any other file.
    """
    try:
        with safe_open(path, framework="pt") as file:
            _check_header(path, file, expected)
            tensors = {name: file.get_tensor(name) for name in expected}
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({_first_line(error)})") from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{path}: {name} holds numbers that are not finite")
    return tensors


def _check_header(path: Path, file: Any, expected: Mapping[str, tuple[int, ...]]) -> None:
    names = set(file.keys())
    if names != set(expected):
        wrong = sorted(names ^ set(expected))[0]
        raise CheckpointError(f"{path}: tensor {wrong[:80]!r} is {'extra' if wrong in names else 'missing'}")
    for name, shape in expected.items():
        part = file.get_slice(name)
        if part.get_dtype() != "F32" or tuple(part.get_shape()) != tuple(shape):
            found = f"{part.get_dtype()} {tuple(part.get_shape())}"
            raise CheckpointError(f"{path}: {name} is {found}, but model.json asks for F32 {tuple(shape)}")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
