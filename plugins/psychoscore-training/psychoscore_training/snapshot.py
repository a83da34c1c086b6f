"""The state of an unfinished training run, in one file, so that it is either whole or the one before.

No generator state is kept: the loop seeds every generator from (seed, step, micro-batch, rank), and the
order of the data follows from the step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attrs import asdict, define, field
from safetensors import SafetensorError, safe_open
from torch import Tensor

from psychoscore_core.errors import CheckpointError
from psychoscore_training.files import write_tensors

NAME = "state.safetensors"
_PARAMETER, _MOMENT = "parameter.", "moment."


@define
class Progress:
    """How far training has come.

    step: optimizer steps done. best: lowest validation loss (nats per token), at best_step. stale: evaluations
    since. smooth: moving average of the train loss. curve: [step, smooth] points, validation: [step, loss] points.
    """

    step: int = 0
    best: float = float("inf")
    best_step: int = 0
    stale: int = 0
    stopped: bool = False
    smooth: float | None = None
    curve: list[list[float]] = field(factory=list)
    validation: list[list[float]] = field(factory=list)


def save_state(
    folder: Path, parameters: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, progress: Progress, identity: str
) -> None:
    """Write parameters, optimizer moments and progress to one file, by rename."""
    tensors: dict[str, Any] = {f"{_PARAMETER}{name}": parameter for name, parameter in parameters.items()}
    for name, parameter in parameters.items():
        for moment, value in optimizer.state.get(parameter, {}).items():
            tensors[f"{_MOMENT}{moment}.{name}"] = value if isinstance(value, Tensor) else np.array(value)
    metadata = {"identity": identity, "progress": json.dumps(asdict(progress))}
    write_tensors(folder / NAME, tensors, metadata)


def load_state(
    folder: Path, parameters: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, identity: str
) -> Progress:
    """Restore what save_state() wrote, in place; a fresh Progress where there is none.

    Raises CheckpointError when the file is damaged or belongs to a training with other settings or data.
    """
    path = folder / NAME
    if not path.exists():
        return Progress()
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("identity") != identity:
                raise CheckpointError(
                    f"{path}: the state of another training (its settings and data have the digest "
                    f"{metadata.get('identity')}, these have {identity}); remove the folder to train afresh"
                )
            _restore(file, parameters, optimizer)
            return Progress(**json.loads(metadata["progress"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{path}: damaged training state ({str(error).splitlines()[0][:200]})") from error


def _restore(file: Any, parameters: Mapping[str, Tensor], optimizer: torch.optim.Optimizer) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(file.get_tensor(f"{_PARAMETER}{name}"))
    for key in file.keys():  # noqa: SIM118  # an open file of tensors is no mapping
        if key.startswith(_MOMENT):
            moment, name = key.removeprefix(_MOMENT).split(".", 1)
            value, parameter = file.get_tensor(key), parameters[name]
            # torch's optimizers count steps in a float tensor, bitsandbytes' in a plain number
            plain = value.dim() == 0 and value.dtype == torch.int64
            optimizer.state[parameter][moment] = int(value) if plain else value.to(parameter.device)
