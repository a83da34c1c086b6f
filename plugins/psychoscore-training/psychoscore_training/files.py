"""Files that are whole or absent, and tensors that are read with distrust; torch is not imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import replacing

JSON_LIMIT = 1 << 20  # bytes of a checkpoint's JSON file
DTYPES = ("F32", "F16")  # that weights may have


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a checkpoint's file; raises CheckpointError when it is missing, huge or no object."""
    try:
        if path.stat().st_size > JSON_LIMIT:
            raise CheckpointError(f"{path}: larger than {JSON_LIMIT} bytes, not a checkpoint's")
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not readable as a checkpoint's JSON ({first_line(error)})") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: holds no JSON object")
    return value


def write_tensors(path: Path, tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors (NumPy's or torch's, on any device) as safetensors, whole or not at all."""
    contiguous = {name: np.asarray(_array(tensor), order="C") for name, tensor in tensors.items()}
    with replacing(path) as part:
        save_file(contiguous, part, metadata=dict(metadata or {}))


def read_tensors(path: Path, expected: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return the tensors of a file as float32 after its header matched the expected names and shapes exactly.

    The file holds float32 or float16. Nothing is allocated before the header is checked. Raises CheckpointError in one
    line on any other file.
    """
    try:
        with safe_open(path, framework="np") as file:
            _check_header(path, file, expected)
            tensors = {name: np.asarray(file.get_tensor(name), np.float32) for name in expected}
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({first_line(error)})") from error
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise CheckpointError(f"{path}: {name} holds numbers that are not finite")
    return tensors


def _array(tensor: Any) -> np.ndarray:
    """Return a NumPy array as it is, or a torch tensor's numbers."""
    array: np.ndarray = tensor if isinstance(tensor, np.ndarray) else tensor.detach().cpu().numpy()
    return array


def _check_header(path: Path, file: Any, expected: Mapping[str, tuple[int, ...]]) -> None:
    names = set(file.keys())
    if names != set(expected):
        wrong = sorted(names ^ set(expected))[0]
        raise CheckpointError(f"{path}: tensor {wrong[:80]!r} is {'extra' if wrong in names else 'missing'}")
    for name, shape in expected.items():
        part = file.get_slice(name)
        if part.get_dtype() not in DTYPES or tuple(part.get_shape()) != tuple(shape):
            found = f"{part.get_dtype()} {tuple(part.get_shape())}"
            wanted = f"{' or '.join(DTYPES)} {tuple(shape)}"
            raise CheckpointError(f"{path}: {name} is {found}, but model.json asks for {wanted}")


def first_line(error: Exception) -> str:
    """Return the first line of what an error says, cut; its name where it says nothing."""
    return (str(error) or type(error).__name__).splitlines()[0][:200]
