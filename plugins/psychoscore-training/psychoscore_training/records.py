"""`checkpoint.json`: what every trainable backend's checkpoint folder says of itself; torch is not imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import importlib_metadata

from psychoscore_core.errors import CheckpointError
from psychoscore_core.fitting import mismatch
from psychoscore_core.records import Checkpoint
from psychoscore_core.whole_files import write_json
from psychoscore_training.files import read_json

NAME = "checkpoint.json"


def write_record(
    folder: Path,
    kind: tuple[str, int],
    digests: Mapping[str, str],
    steps: int,
    metrics: Mapping[str, float],
    further: Mapping[str, Any] | None = None,
) -> None:
    """Write the record; kind: backend and format. digests: of `vocabulary` and `space`. further: as JSON."""
    backend, number = kind
    record = {
        "format": number,
        "backend": backend,
        **digests,
        "steps": steps,
        "metrics": dict(metrics),
        **(further or {}),
    }
    write_json(folder / NAME, {**record, "psychoscore": importlib_metadata.version("psychoscore")})


def read_record(folder: Path, kind: tuple[str, int]) -> Checkpoint:
    """Return the record of a checkpoint of this kind; raises CheckpointError in one line for any other folder."""
    backend, number = kind
    path = folder / NAME
    value = read_json(path)
    if value.get("backend") != backend or value.get("format") != number:
        found = f"backend {str(value.get('backend'))[:40]!r}, format {str(value.get('format'))[:40]}"
        raise CheckpointError(f"{path}: {found}; this is {backend!r}, format {number}")
    try:
        metrics = {str(name): float(number) for name, number in value["metrics"].items()}
        facts = {"vocabulary": str(value["vocabulary"]), "space": str(value["space"]), "steps": int(value["steps"])}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"{path}: not a checkpoint record ({type(error).__name__}: {error})") from error
    return Checkpoint(folder=folder, backend=backend, metrics=metrics, **facts)


def check_digests(record: Checkpoint, vocabulary: str, space: str) -> None:
    """Raise CheckpointError, naming both, where a checkpoint was trained with another vocabulary or space."""
    if text := mismatch((record.vocabulary, record.space), (vocabulary, space)):
        raise CheckpointError(f"{record.folder}: trained with {text}")


def context_of(path: Path, value: Mapping[str, Any]) -> int:
    """Return the rows a sequence had in training, as a checkpoint's JSON states them."""
    context = value.get("context")
    if type(context) is not int or not 1 <= context <= 1 << 20:
        raise CheckpointError(f"{path}: context must be a whole number from 1 to {1 << 20}")
    return context
