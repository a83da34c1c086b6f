"""Tensors of a public checkpoint as they lie in its file: mapped into memory, nothing in it executed."""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from psychoscore_core.errors import CheckpointError
from psychoscore_rwkv.layout import later_version, renamed, sizes_of, weights
from psychoscore_rwkv.sizes import Sizes
from psychoscore_training.files import first_line

DTYPES = (torch.float32, torch.float16, torch.bfloat16)


def read_tensors(path: Path) -> tuple[Sizes, dict[str, Tensor]]:
    """Return an RWKV-4 model's sizes and its tensors by transformers' names, mapped into memory.

    path: `.pth`, or `.safetensors` of either naming. Raises CheckpointError in one line.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no such file")
    value = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    tensors = _checked(path, value)
    if version := later_version(tensors):
        raise CheckpointError(f"{path}: this is an RWKV-{version} model; only RWKV-4 is supported")
    named = {renamed(name): tensor for name, tensor in tensors.items()}
    if len(named) < len(tensors):
        raise CheckpointError(f"{path}: not a checkpoint: holds a tensor by two names")
    tensors = named
    try:
        sizes = sizes_of({name: tuple(tensor.shape) for name, tensor in tensors.items()})
        return sizes, {name: tensors[name] for name in weights(sizes)}
    except ValueError as error:
        raise CheckpointError(f"{path}: not a whole RWKV-4 model: {error}") from error


def _safetensors(path: Path) -> Any:
    try:
        return load_file(path)
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({first_line(error)})") from error


def _pickled(path: Path) -> Any:
    with path.open("rb") as file:
        mapped = zipfile.is_zipfile(file)
        file.seek(0)
        if not mapped and file.read(2) == b"PK":
            raise CheckpointError(f"{path}: cut off: its end is missing; download it again")
        if mapped:
            _check_archive(path)
        file.seek(0)
        try:
            return torch.load(path if mapped else file, map_location="cpu", weights_only=True, mmap=mapped)
        except pickle.UnpicklingError as error:
            if found := re.search(r"(?i)unsupported (?:global|class)\S*\s+(?:global\s+)?(\S+)", str(error)):
                text = f"holds code ({found[1][:80]}), not only tensors; none of it was run"
                raise CheckpointError(f"{path}: {text}") from error
            raise CheckpointError(f"{path}: damaged, or not a checkpoint") from error
        except Exception as error:  # its unpickler raises whatever bad bytes lead to
            raise CheckpointError(f"{path}: damaged, or not a checkpoint ({first_line(error)})") from error


def _check_archive(path: Path) -> None:
    """Refuse what torch never writes: compressed parts can be larger than any memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path}: damaged, or not a checkpoint ({first_line(error)})") from error
    if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
        raise CheckpointError(f"{path}: not a checkpoint: its parts are compressed")
    if sum(part.file_size for part in parts) > path.stat().st_size:
        raise CheckpointError(f"{path}: not a checkpoint: its parts are larger than the file")


def _checked(path: Path, value: Any) -> dict[str, Tensor]:
    """Return a table of plain tensors that the file is large enough for."""
    if not isinstance(value, Mapping) or not value or not all(isinstance(name, str) for name in value):
        raise CheckpointError(f"{path}: not a checkpoint: holds no table of named tensors")
    room = path.stat().st_size
    for name, tensor in value.items():
        if not isinstance(tensor, Tensor) or tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise CheckpointError(f"{path}: not a checkpoint: {name[:80]!r} is no plain tensor")
        if tensor.dtype not in DTYPES:
            raise CheckpointError(f"{path}: {name[:80]!r} is {tensor.dtype}, not float32, float16 or bfloat16")
        room -= tensor.numel() * tensor.element_size()
        if room < 0 or not tensor.is_contiguous():
            raise CheckpointError(f"{path}: not a checkpoint: {name[:80]!r} is not stored as it says")
    return dict(value)
