"""Decoding: prompts and conditions become a state, and one row after another becomes logits.

An RWKV-4 has a state of fixed size (psychoscore_rwkv.step); any other model keeps transformers' cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from attrs import define
from torch import Tensor

from psychoscore_core.records import Stream
from psychoscore_qlora.base_model import RWKV
from psychoscore_qlora.model import Conditioned


class Reader(Protocol):
    """What reads embedded rows: float32 tensors on the reader's device."""

    def read(self, rows: Sequence[Tensor]) -> Any:
        """Return the state after each stream's rows (time, width), which may differ in number, or be none."""

    def step(self, state: Any, rows: Tensor) -> np.ndarray:
        """Read a row (batch, width) of each stream into the state, in place; return logits (batch, vocabulary)."""

    def keep(self, state: Any, streams: Sequence[int]) -> Any:
        """Return the state with these streams only."""


@define(eq=False)
class State:
    """What a batch of streams has read. bars: (batch, M + 2, width), or None; counts: (batch,) bars known."""

    inner: Any
    bars: Tensor | None
    counts: Tensor


class Decoding:
    """Starts and steps streams of a model in evaluation mode."""

    def __init__(self, model: Conditioned, reader: Reader) -> None:
        self.model, self.reader = model, reader
        self.device = model.conditioner.scale.device

    @torch.inference_mode()
    def start(self, streams: Sequence[Stream]) -> State:
        """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
        nothing = (0.0,) * self.model.conditioner.shape.vector
        vectors = torch.tensor([stream.vector or nothing for stream in streams], dtype=torch.float32).to(self.device)
        seen = torch.tensor([stream.vector is not None for stream in streams], device=self.device)
        styles = self.model.conditioner.styles(vectors, seen)
        prompts = [self._embed(np.asarray(stream.rows)[:-1, 0]) for stream in streams]
        if styles is not None:
            prompts = [torch.cat([style, rows]) for style, rows in zip(styles, prompts, strict=True)]
        counts = torch.tensor([len(stream.bars or ()) for stream in streams], device=self.device)
        return State(inner=self.reader.read(prompts), bars=self._table(streams), counts=counts)

    @torch.inference_mode()
    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[Any]:
        """Read one row (batch, 1) of each stream in bars (batch,); return [logits (batch, vocabulary)]."""
        embedded = self._embed(rows[:, 0])
        if state.bars is not None:
            embedded = embedded + self._bar_rows(state, bars)
        return [self.reader.step(state.inner, embedded)]

    @torch.inference_mode()
    def keep(self, state: State, streams: Sequence[int]) -> State:
        """Go on with these streams only."""
        chosen = torch.tensor(list(streams), device=self.device)
        bars = None if state.bars is None else state.bars[chosen]
        return State(inner=self.reader.keep(state.inner, streams), bars=bars, counts=state.counts[chosen])

    def _embed(self, ids: np.ndarray) -> Tensor:
        return self.model.embed(torch.from_numpy(ids.astype(np.int64)).to(self.device))

    def _table(self, streams: Sequence[Stream]) -> Tensor | None:
        counts = [len(stream.bars or ()) for stream in streams]
        conditions = np.zeros((len(streams), max(counts), self.model.conditioner.shape.bar), np.float32)
        for i, stream in enumerate(streams):
            if counts[i] and conditions.shape[2]:
                conditions[i, : counts[i]] = stream.bars
        return self.model.conditioner.bars(torch.from_numpy(conditions).to(self.device))

    def _bar_rows(self, state: State, bars: np.ndarray) -> Tensor:
        assert state.bars is not None
        index = torch.from_numpy(bars.astype(np.int64)).to(self.device)
        none = state.bars.shape[1] - 2
        index = torch.where(index < 0, none + 1, torch.where(index >= state.counts, none, index))
        return state.bars[torch.arange(len(index), device=self.device), index]


def decoding_of(model: Conditioned, architecture: str, precision: str) -> Decoding:
    """Return what decodes a model whose adapters are merged.

    architecture: of its core. precision: of an RWKV-4's matrices on CPU, "fp32", "fp16" or "int8".
    """
    if architecture != RWKV or model.conditioner.scale.is_cuda:
        return unmerged(model, architecture)
    from psychoscore_qlora.recurrent import EngineReader

    return Decoding(model, EngineReader(model, precision))


def unmerged(model: Conditioned, architecture: str) -> Decoding:
    """Return what decodes a model whose adapters may stand beside its matrices."""
    if architecture == RWKV:
        from psychoscore_qlora.recurrent import ModuleReader

        return Decoding(model, ModuleReader(model))
    from psychoscore_qlora.cached import CachedReader

    return Decoding(model, CachedReader(model))
