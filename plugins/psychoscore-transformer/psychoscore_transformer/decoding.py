"""Decoding: prompts and conditions become a state, and one row after another becomes logits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from attrs import define
from torch import Tensor

from psychoscore_core.records import Stream
from psychoscore_transformer.cache import Cache
from psychoscore_transformer.model import Model, rope_table


@define(eq=False)
class State:
    """What a batch of streams has read: its cache, and its conditions as the blocks take them.

    styles: keys and values per layer. bars: (batch, M + 2, layers, width). counts: (batch,) bars known, M at most.
    """

    cache: Cache
    styles: list[tuple[Tensor, Tensor]]
    rope: tuple[Tensor, Tensor]
    bars: Tensor
    counts: Tensor

    def bar_rows(self, bars: np.ndarray) -> Tensor:
        """Return the bar conditions (batch, time, layers, width) of rows in these bars (batch, time)."""
        index = torch.from_numpy(bars.astype(np.int64)).to(self.counts.device)
        none = self.bars.shape[1] - 2
        index = torch.where(index < 0, none + 1, torch.where(index >= self.counts[:, None], none, index))
        return self.bars[torch.arange(len(index), device=index.device)[:, None], index]


def start(model: Model, streams: Sequence[Stream], capacity: int) -> State:
    """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
    device = model.norm.weight.device
    table, counts = _bar_table(model, streams, device)
    state = State(
        cache=Cache(model.sizes, len(streams), capacity, device),
        styles=_styles(model, streams, device),
        rope=rope_table(capacity, model.sizes.head, device),
        bars=table,
        counts=counts,
    )
    lengths = [len(stream.rows) - 1 for stream in streams]
    longest = max(lengths)
    if longest:
        rows = np.zeros((len(streams), longest, len(model.sizes.families)), np.int64)
        for i, stream in enumerate(streams):
            rows[i, : lengths[i]] = stream.rows[:-1]
        read(model, state, rows, np.full((len(streams), longest), -1))
        # What was read beyond a shorter prompt's end is overwritten before any later row may see it.
        state.cache.lengths = lengths
    return state


def read(model: Model, state: State, rows: np.ndarray, bars: np.ndarray) -> Tensor:
    """Read rows (batch, time, families) in bars (batch, time); return hidden states (batch, time, width)."""
    tokens = torch.from_numpy(rows.astype(np.int64)).to(state.counts.device)
    return model.read(tokens, state.bar_rows(bars), state.styles, state.rope, state.cache)


def keep(state: State, streams: Sequence[int]) -> State:
    """Go on with these streams only."""
    chosen = torch.tensor(list(streams), device=state.counts.device)
    state.cache.keep(streams)
    state.styles = [(keys[chosen], values[chosen]) for keys, values in state.styles]
    state.bars, state.counts = state.bars[chosen], state.counts[chosen]
    return state


def _styles(model: Model, streams: Sequence[Stream], device: torch.device) -> list[tuple[Tensor, Tensor]]:
    nothing = (0.0,) * model.sizes.vector
    vectors = torch.tensor([stream.vector or nothing for stream in streams], device=device)
    seen = torch.tensor([stream.vector is not None for stream in streams], device=device)
    style = model.style(vectors, seen)
    return [block.cross.keys_values(style) for block in model.blocks]


def _bar_table(model: Model, streams: Sequence[Stream], device: torch.device) -> tuple[Tensor, Tensor]:
    counts = [len(stream.bars or ()) for stream in streams]
    conditions = np.zeros((len(streams), max(counts), model.sizes.bar), np.float32)
    for i, stream in enumerate(streams):
        if counts[i]:
            conditions[i, : counts[i]] = stream.bars
    return model.bar(torch.from_numpy(conditions).to(device)), torch.tensor(counts, device=device)
