"""The torch engine: decodes a model eagerly, on CPU or CUDA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from psychoscore_core.records import Stream
from psychoscore_training.devices import torch_device
from psychoscore_transformer import decoding
from psychoscore_transformer.decoding import State
from psychoscore_transformer.model import Model
from psychoscore_transformer.sizes import Sizes


def build(sizes: Sizes, weights: Mapping[str, np.ndarray], device: str) -> Model:
    """Return a model with these weights (layout.py) in evaluation mode; device: "auto", "cpu" or "cuda"."""
    with torch.device("meta"):
        model = Model(sizes)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()}, assign=True)
    return model.eval().to(torch_device(device))


class TorchEngine:
    """Satisfies `Decoder` but for `context`."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @torch.inference_mode()
    def start(self, streams: Sequence[Stream], capacity: int) -> State:
        """Return the state after all but the last row of every prompt."""
        return decoding.start(self.model, streams, capacity)

    @torch.inference_mode()
    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[Any]:
        """Read one row (batch, families) in bars (batch,); return logits of family 0, and callables for the others."""
        hidden = decoding.read(self.model, state, rows[:, None], bars[:, None])
        return decoding.family_logits(self.model, hidden[:, 0])

    @torch.inference_mode()
    def extend(self, state: State, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        decoding.read(self.model, state, rows, bars)

    @torch.inference_mode()
    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only."""
        return decoding.keep(state, indices)
