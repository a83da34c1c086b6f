"""Begin a training with the weights of a trained checkpoint instead of chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_training.known import Known
from psychoscore_transformer.checkpoint import Loaded, read_checkpoint
from psychoscore_transformer.sizes import Sizes

FREE = ("dropout",)  # what may differ: no weight depends on it


@frozen(kw_only=True, eq=False)
class Start:
    """A checkpoint that training begins with. weights: what the new model gets. digest: of the weights' file."""

    loaded: Loaded
    weights: Mapping[str, np.ndarray]
    digest: str

    def known(self, shown: Known) -> Known:
        """Return what the model has met in the end: what it had met before, and what training shows it now."""
        before = self.loaded.known
        unseen = tuple(old & new for old, new in zip(before.unseen, shown.unseen, strict=False))
        return Known(unseen=unseen, profiles=before.profiles or shown.profiles)

    def record(self) -> dict[str, Any]:
        """Return what the new checkpoint says of its origin."""
        record = self.loaded.record
        return {"weights": self.digest, "steps": record.steps, "metrics": dict(record.metrics)}


def read_start(folder: Path, vocabulary: str, space: str, sizes: Sizes) -> Start:
    """Return a checkpoint of these digests and sizes; raises CheckpointError, naming both, for any other.

    Where it was trained without profiles, the map of the profile is chance's; it begins as what it learned for no
    profile, so that the new model begins as the old one.
    """
    try:
        loaded = read_checkpoint(folder, vocabulary, space)
    except CheckpointError as error:
        raise CheckpointError(f"model.start_from: {error}") from None
    _check_sizes(folder, loaded.sizes, sizes)
    weights = dict(loaded.weights)
    if not loaded.known.profiles and "vector.map.weight" in weights:
        weights["vector.map.weight"] = np.zeros_like(weights["vector.map.weight"])
        weights["vector.map.bias"] = weights["vector.none"].copy()
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()[:16]
    return Start(loaded=loaded, weights=weights, digest=digest)


def _check_sizes(folder: Path, found: Sizes, wanted: Sizes) -> None:
    theirs, ours = asdict(found), asdict(wanted)
    names = [name for name in theirs if name not in FREE and theirs[name] != ours[name]]
    if names:
        has, asked = (", ".join(f"{name} {of[name]}" for name in names) for of in (theirs, ours))
        raise CheckpointError(f"model.start_from: {folder}: a model of {has}, but this project asks for {asked}")
