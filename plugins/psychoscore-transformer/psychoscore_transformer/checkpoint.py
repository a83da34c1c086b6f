"""A transformer's checkpoint folder: model.safetensors, model.json and checkpoint.json.

It is read with distrust: nothing in it is executed, sizes are bounded, and nothing is allocated before the
header of the weights has matched them. Torch is not imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, evolve, frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Checkpoint
from psychoscore_core.whole_files import write_json
from psychoscore_training.files import read_json, read_tensors, write_tensors
from psychoscore_training.known import Known, known_from
from psychoscore_training.records import check_digests, context_of, read_record, write_record
from psychoscore_transformer.layout import weights
from psychoscore_transformer.sizes import Sizes

BACKEND = "transformer"
FORMAT = 1
KIND = (BACKEND, FORMAT)


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
    write_record(folder, KIND, digests, steps, metrics, {"started_from": dict(origin)} if origin else None)


def read_checkpoint(folder: Path, vocabulary: str, space: str) -> Loaded:
    """Return a checkpoint that fits these digests; raises CheckpointError in one line for any other folder."""
    record = read_record(folder, KIND)
    check_digests(record, vocabulary, space)
    sizes, context, known = _facts(folder / "model.json")
    found = read_tensors(folder / "model.safetensors", weights(sizes))
    return Loaded(sizes=sizes, weights=found, record=record, context=context, known=known)


def played(loaded: Loaded) -> Loaded:
    """Return a checkpoint with the products of its narrow embeddings and their projections as plain embeddings."""
    if not loaded.sizes.widths:
        return loaded
    found = dict(loaded.weights)
    for family in range(len(loaded.sizes.families)):
        name = f"embeddings.{family}"
        found[f"{name}.weight"] = found.pop(f"{name}.table.weight") @ found.pop(f"{name}.projection.weight").T
    return evolve(loaded, sizes=evolve(loaded.sizes, widths=()), weights=found)


def half(source: Path, target: Path) -> None:
    """Write a checkpoint anew with its weights in float16: half the bytes, read back as float32.

    Raises CheckpointError where the source is no checkpoint, or a weight is beyond float16's range.
    """
    read_record(source, KIND)
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


def _facts(path: Path) -> tuple[Sizes, int, Known]:
    value = read_json(path)
    context = context_of(path, value)
    try:
        return Sizes(**value["sizes"]), context, known_from(value.get("known", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path}: {error}") from error
