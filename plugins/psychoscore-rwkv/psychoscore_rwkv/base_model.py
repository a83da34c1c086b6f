"""A base model's folder: model.safetensors, config.json (transformers') and base.json; read with distrust, no torch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from attrs import asdict, frozen
from safetensors import SafetensorError, safe_open

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import sha256_of
from psychoscore_rwkv.layout import check_shapes
from psychoscore_rwkv.sizes import Sizes
from psychoscore_training.files import first_line, read_json

FORMAT = 1
ARCHITECTURE = "rwkv-4"
MANIFEST, WEIGHTS, CONFIG = "base.json", "model.safetensors", "config.json"
DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}  # safetensors' names and torch's


@frozen(kw_only=True)
class Base:
    """An RWKV-4 model in a folder.

    dtype: of its matrices. context: rows a sequence in its training, as far as its file's name told, else 1024.
    source, source_hash: the file that it came from and its SHA-256. hash: the SHA-256 of model.safetensors.
    """

    folder: Path
    sizes: Sizes
    dtype: str
    context: int
    source: str
    source_hash: str
    hash: str

    @property
    def weights(self) -> Path:
        """Return the path of the weights."""
        return self.folder / WEIGHTS

    def json(self) -> dict[str, Any]:
        """Return what base.json says."""
        facts = asdict(self)
        del facts["folder"]
        return {"format": FORMAT, "architecture": ARCHITECTURE, **facts}


def read_base(folder: Path) -> Base:
    """Return what a folder holds after the header of its weights has matched it; raises CheckpointError in one line.

    The weights themselves are not read: `verify` does that.
    """
    path = folder / MANIFEST
    value = read_json(path)
    if value.get("architecture") != ARCHITECTURE or value.get("format") != FORMAT:
        found = f"{str(value.get('architecture'))[:40]!r}, format {str(value.get('format'))[:40]}"
        raise CheckpointError(f"{path}: architecture {found}; this is {ARCHITECTURE!r}, format {FORMAT}")
    try:
        base = _base(folder, value)
    except (KeyError, TypeError, ValueError) as error:
        text = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise CheckpointError(f"{path}: {text}") from error
    _check_header(base)
    return base


def verify(base: Base) -> None:
    """Raise CheckpointError when the weights are not those that base.json was written with; reads them all."""
    found = sha256_of(base.weights)
    if found != base.hash:
        raise CheckpointError(f"{base.weights}: its SHA-256 is {found}, but {MANIFEST} says {base.hash}")


def header(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return safetensors' dtype and shape of each tensor; raises CheckpointError on any other file."""
    try:
        with safe_open(path, framework="np") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  # no mapping
            return {name: (part.get_dtype(), tuple(part.get_shape())) for name, part in parts.items()}
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(f"{path}: not readable as safetensors ({first_line(error)})") from error


def _base(folder: Path, value: dict[str, Any]) -> Base:
    for name in ("hash", "source_hash"):
        if not re.fullmatch("[0-9a-f]{64}", str(value[name])):
            raise ValueError(f"{name} is no SHA-256")
    if value["dtype"] not in DTYPES.values():
        raise ValueError(f"dtype must be one of {', '.join(DTYPES.values())}, not {str(value['dtype'])[:40]!r}")
    if type(value["context"]) is not int or not 1 <= value["context"] <= 1 << 20:
        raise ValueError(f"context must be a whole number from 1 to {1 << 20}")
    texts = {name: str(value[name])[:255] for name in ("dtype", "source", "source_hash", "hash")}
    return Base(folder=folder, sizes=Sizes(**value["sizes"]), context=value["context"], **texts)


def _check_header(base: Base) -> None:
    found = header(base.weights)
    try:
        check_shapes({name: shape for name, (_, shape) in found.items()}, base.sizes)
    except ValueError as error:
        raise CheckpointError(f"{base.weights}: {error}") from error
    for name, (dtype, _) in found.items():
        if dtype not in DTYPES:
            raise CheckpointError(f"{base.weights}: {name} is {dtype}, not one of {', '.join(DTYPES)}")
