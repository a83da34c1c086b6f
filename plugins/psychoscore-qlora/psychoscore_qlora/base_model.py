"""The model that an adapter stands on: where it lies, what it is, and what its weights hash to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from attrs import frozen
from torch import nn

from psychoscore_core.errors import CheckpointError
from psychoscore_core.whole_files import sha256_of
from psychoscore_training.files import first_line, read_json

RWKV = "rwkv"
WEIGHTS = "model.safetensors"


@frozen(kw_only=True)
class Base:
    """A causal language model on disk.

    architecture: transformers' `model_type`. vocabulary: ids it knows. hash: SHA-256 of its weights.
    context: rows that it was trained to see, 0 where it sees any number.
    """

    folder: Path
    architecture: str
    vocabulary: int
    width: int
    hash: str
    context: int

    def record(self) -> dict[str, Any]:
        """Return what an adapter says of its base."""
        return {
            "folder": str(self.folder.resolve()),
            "architecture": self.architecture,
            "vocabulary": self.vocabulary,
            "hash": self.hash,
        }

    def check_hash(self, wanted: str, what: str) -> None:
        """Raise CheckpointError, naming both, where the weights are not those that something was trained on."""
        if self.hash != wanted:
            raise CheckpointError(
                f"{what}: trained on a base whose weights have the hash {wanted[:16]}, but {self.folder} has "
                f"{self.hash[:16]}"
            )


def open_base(folder: Path) -> Base:
    """Return what lies in a folder; nothing of the weights is loaded.

    Raises CheckpointError where it is neither an RWKV-4 of ours nor a causal language model of transformers.
    """
    facts = read_json(folder / "config.json")
    architecture = facts.get("model_type")
    if not isinstance(architecture, str):
        raise CheckpointError(f"{folder / 'config.json'}: names no model_type, so it is no model of transformers")
    return _rwkv(folder) if architecture == RWKV else _other(folder, architecture)


def meta_model(base: Base) -> nn.Module:
    """Return the model without its weights, to be counted."""
    with torch.device("meta"):
        if base.architecture == RWKV:
            from psychoscore_rwkv.base_model import read_base
            from psychoscore_rwkv.model import build

            return build(read_base(base.folder).sizes)
        from transformers import AutoModelForCausalLM

        model: nn.Module = AutoModelForCausalLM.from_config(_config(base.folder))
        return model


def load_base(base: Base) -> nn.Module:
    """Return the model in float32 on CPU; nothing of what lies in the folder is executed."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # its bar over tensors says nothing to who waits for a run
    if base.architecture == RWKV:
        from psychoscore_rwkv.model import load

        return load(base.folder)
    from transformers import AutoModelForCausalLM

    try:
        model: nn.Module = AutoModelForCausalLM.from_pretrained(
            base.folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
        )
    except (OSError, ValueError, RuntimeError) as error:  # what transformers raises, as it comes
        raise CheckpointError(f"{base.folder}: {first_line(error)}") from error
    return model


def _rwkv(folder: Path) -> Base:
    from psychoscore_rwkv.base_model import read_base

    found = read_base(folder)
    sizes = found.sizes
    return Base(
        folder=folder,
        architecture=RWKV,
        vocabulary=sizes.vocabulary,
        width=sizes.width,
        hash=found.hash,
        context=0,
    )


def _other(folder: Path, architecture: str) -> Base:
    config, path = _config(folder), folder / WEIGHTS
    if not path.is_file():
        raise CheckpointError(f"{path}: not there; a base is one file of safetensors, and pickles are not loaded")
    return Base(
        folder=folder,
        architecture=architecture,
        vocabulary=int(config.vocab_size),
        width=int(config.hidden_size),
        hash=sha256_of(path),
        context=int(getattr(config, "max_position_embeddings", 0) or 0),
    )


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{folder / 'config.json'}: {first_line(error)}") from error
