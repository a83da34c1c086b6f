"""Reads rows into RWKV-4's state: by a step of its own for merged weights, by the torch module for any others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from psychoscore_core.errors import RunError
from psychoscore_qlora.model import Conditioned
from psychoscore_rwkv.state import State
from psychoscore_rwkv.step import Engine

Parts = list[Tensor]  # transformers' state: five tensors (batch, channels, layers)
NOTHING = -1e38  # the running maximum of wkv before any row


class EngineReader:
    """Satisfies `psychoscore_qlora.decoding.Reader` with NumPy, on merged weights."""

    def __init__(self, model: Conditioned, precision: str) -> None:
        try:
            self.engine = Engine(model.core.state_dict(), precision)
        except ImportError as error:
            raise RunError(f"model.precision: {precision!r} needs psychoscore-native ({error})") from None

    def read(self, rows: Sequence[Tensor]) -> State:
        """Return the state after each stream's rows."""
        state, lengths = self.engine.empty(len(rows)), [len(own) for own in rows]
        if max(lengths):
            self.engine.read(state, pad_sequence(list(rows), batch_first=True).numpy(), lengths)
        return state

    def step(self, state: State, rows: Tensor) -> np.ndarray:
        """Read a row (batch, width) of each stream; return logits (batch, vocabulary)."""
        return self.engine.step(state, rows.numpy())

    def keep(self, state: State, streams: Sequence[int]) -> State:
        """Return the state with these streams only."""
        return self.engine.keep(state, streams)


class ModuleReader:
    """Satisfies `psychoscore_qlora.decoding.Reader` with the torch module, adapters in it or not."""

    def __init__(self, model: Conditioned) -> None:
        self.model = model

    def read(self, rows: Sequence[Tensor]) -> dict[str, Parts | None]:
        """Return the state after each stream's rows; streams of one length are read together."""
        lengths = [len(own) for own in rows]
        if not max(lengths):
            return {"state": None}
        found: list[Parts] = [[] for _ in rows]
        for length in sorted(set(lengths), reverse=True):
            group = [i for i, own in enumerate(lengths) if own == length]
            read = self._read(torch.stack([rows[i] for i in group])) if length else _empty(found, len(group))
            for place, i in enumerate(group):
                found[i] = [part[place] for part in read]
        return {"state": [torch.stack(parts) for parts in zip(*found, strict=True)]}

    def step(self, state: dict[str, Any], rows: Tensor) -> np.ndarray:
        """Read a row (batch, width) of each stream; return logits (batch, vocabulary)."""
        found = self.model.body(inputs_embeds=rows[:, None], state=state["state"], use_cache=True)
        state["state"] = found.state
        logits: np.ndarray = self.model.head(found.last_hidden_state[:, -1]).float().cpu().numpy()
        return logits

    def keep(self, state: dict[str, Any], streams: Sequence[int]) -> dict[str, Any]:
        """Return the state with these streams only."""
        parts = state["state"]
        return {"state": parts and [part[list(streams)] for part in parts]}

    def _read(self, rows: Tensor) -> Parts:
        parts: Parts = self.model.body(inputs_embeds=rows, use_cache=True).state
        return parts


def _empty(found: Sequence[Parts], count: int) -> Parts:
    """Return the state of streams that have read nothing, shaped as that of any that has."""
    shape = next(parts for parts in found if parts)
    parts = [part.new_zeros(count, *part.shape) for part in shape]
    parts[-1].fill_(NOTHING)
    return parts
