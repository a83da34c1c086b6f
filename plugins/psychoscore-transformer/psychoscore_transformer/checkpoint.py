"""A transformer's checkpoint folder: model.safetensors, model.json and checkpoint.json.

It is read with distrust: nothing in it is executed, sizes are bounded, and nothing is allocated before the
header of the weights has matched them. Torch is not imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import importlib_metadata
import numpy as np
from attrs import asdict, frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Checkpoint
from psychoscore_core.whole_files import write_json
from psychoscore_training.files import read_json, read_tensors, write_tensors
from psychoscore_transformer.known import Known, known_from
from psychoscore_transformer.layout import weights
from psychoscore_transformer.sizes import Sizes

BACKEND = "transformer"
FORMAT = 1


@frozen(kw_only=True, eq=False)
class Loaded:
    """A checkpoint in memory; weights: float32, by name (layout.py).

    context: rows a sequence in its training. known: what that showed.
    """

    sizes: Sizes
    weights: Mapping[str, np.ndarray]
    record: Checkpoint
    context: int
    known: Known


def write_checkpoint(
    folder: Path,
    model: Any,
    context: int,
    digests: Mapping[str, str],
    steps: int,
    metrics: Mapping[str, float],
    known: Known = Known(),  # noqa: B008  # frozen
    origin: Mapping[str, Any] | None = None,
) -> None:
    """Write a checkpoint file by file, each whole or absent; digests: of `vocabulary` and `space`.

    origin: what is recorded of the checkpoint that its training began with, if any.
    model: psychoscore_transformer.model.Model, or whatever else has its sizes and named_parameters().
    """
    write_tensors(folder / "model.safetensors", dict(model.named_parameters()))
    facts = {"format": FORMAT, "sizes": asdict(model.sizes), "context": context, "known": known.json()}
    write_json(folder / "model.json", facts)
    record = {"format": FORMAT, "backend": BACKEND, **digests, "steps": steps, "metrics": dict(metrics)}
    record |= {"started_from": dict(origin)} if origin else {}
    write_json(folder / "checkpoint.json", {**record, "psychoscore": importlib_metadata.version("psychoscore")})


def read_checkpoint(folder: Path, vocabulary: str, space: str) -> Loaded:
    """Return a checkpoint that fits these digests; raises CheckpointError in one line for any other folder."""
    record = _record(folder)
    for what, found, wanted in (
        ("vocabulary", record.vocabulary, vocabulary),
        ("condition space", record.space, space),
    ):
        if found != wanted:
            raise CheckpointError(f"{folder}: trained with the {what} {found[:64]}, but this project has {wanted}")
    sizes, context, known = _facts(folder / "model.json")
    found = read_tensors(folder / "model.safetensors", weights(sizes))
    return Loaded(sizes=sizes, weights=found, record=record, context=context, known=known)


def half(source: Path, target: Path) -> None:
    """Write a checkpoint anew with its weights in float16: half the bytes, read back as float32.

    Raises CheckpointError where the source is no checkpoint, or a weight is beyond float16's range.
    """
    _record(source)
    sizes, *_ = _facts(source / "model.json")
    path = source / "model.safetensors"
    with np.errstate(over="ignore"):
        small = {name: array.astype(np.float16) for name, array in read_tensors(path, weights(sizes)).items()}
    for name, array in small.items():
        if not np.isfinite(array).all():
            raise CheckpointError(f"{path}: {name} holds numbers that float16 cannot")
    target.mkdir(parents=True, exist_ok=True)
    write_tensors(target / "model.safetensors", small)
    for name in ("model.json", "checkpoint.json"):
        write_json(target / name, read_json(source / name))


def _record(folder: Path) -> Checkpoint:
    path = folder / "checkpoint.json"
    value = read_json(path)
    if value.get("backend") != BACKEND or value.get("format") != FORMAT:
        found = f"backend {str(value.get('backend'))[:40]!r}, format {str(value.get('format'))[:40]}"
        raise CheckpointError(f"{path}: {found}; this is {BACKEND!r}, format {FORMAT}")
    try:
        metrics = {str(name): float(number) for name, number in value["metrics"].items()}
        facts = {"vocabulary": str(value["vocabulary"]), "space": str(value["space"]), "steps": int(value["steps"])}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"{path}: not a checkpoint record ({type(error).__name__}: {error})") from error
    return Checkpoint(folder=folder, backend=BACKEND, metrics=metrics, **facts)


def _facts(path: Path) -> tuple[Sizes, int, Known]:
    value = read_json(path)
    context = value.get("context")
    if type(context) is not int or not 1 <= context <= 1 << 20:
        raise CheckpointError(f"{path}: context must be a whole number from 1 to {1 << 20}")
    try:
        return Sizes(**value["sizes"]), context, known_from(value.get("known", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path}: {error}") from error
