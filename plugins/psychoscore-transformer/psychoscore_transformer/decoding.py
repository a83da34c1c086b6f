"""Decoding: prompts and conditions become a state, and one row after another becomes logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from attrs import define
from torch import Tensor
from torch.nn import functional

from psychoscore_core.records import Stream
from psychoscore_transformer.cache import Cache
from psychoscore_transformer.model import Model, Styles, rope_table


@define(eq=False)
class State:
    """What a batch of streams has read: its cache, and its conditions as the blocks take them.

    styles: as Model.conditions() gives them. bars: (batch, M + 2, layers, width). counts: (batch,) bars known, at
    most M.
    """

    cache: Cache
    styles: list[Styles]
    rope: tuple[Tensor, Tensor]
    bars: Tensor
    counts: Tensor

    @property
    def lengths(self) -> list[int]:
        """Return how many rows each stream has read."""
        return self.cache.lengths

    def bar_rows(self, bars: np.ndarray) -> Tensor:
        """Return the bar conditions (batch, time, layers, width) of rows in these bars (batch, time)."""
        index = torch.from_numpy(bars.astype(np.int64)).to(self.counts.device)
        none = self.bars.shape[1] - 2
        index = torch.where(index < 0, none + 1, torch.where(index >= self.counts[:, None], none, index))
        return self.bars[torch.arange(len(index), device=index.device)[:, None], index]


def start(model: Model, streams: Sequence[Stream], capacity: int) -> State:
    """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
    device = model.norm.weight.device
    table, styles, counts = _conditions(model, streams, device)
    state = State(
        cache=Cache(model.sizes, len(streams), capacity, device),
        styles=styles,
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


def family_logits(model: Model, hidden: Tensor) -> list[np.ndarray | Callable[[np.ndarray], np.ndarray]]:
    """Return logits (batch, family size) of the first family, and what gives those of each further one, of hidden
    states (batch, width): a function of the ids (batch, k) of the families before it.
    """

    def later(drawn: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            ids = torch.from_numpy(drawn.astype(np.int64)).to(hidden.device)
            logits: np.ndarray = model.logits(hidden, ids)[ids.shape[1]].cpu().numpy()
        return logits

    first = functional.linear(hidden, model.embeddings[0].weight).detach().cpu().numpy()
    return [first, *(later for _ in model.sizes.families[1:])]


def keep(state: State, streams: Sequence[int]) -> State:
    """Go on with these streams only."""
    chosen = torch.tensor(list(streams), device=state.counts.device)
    state.cache.keep(streams)
    state.styles = [style and (style[0][chosen], style[1][chosen]) for style in state.styles]
    state.bars, state.counts = state.bars[chosen], state.counts[chosen]
    return state


def _conditions(model: Model, streams: Sequence[Stream], device: torch.device) -> tuple[Tensor, list[Styles], Tensor]:
    """Return the bar table, the styles, and how many bars are known of each stream."""
    nothing = (0.0,) * model.sizes.vector
    vectors = torch.tensor([stream.vector or nothing for stream in streams], dtype=torch.float32, device=device)
    seen = torch.tensor([stream.vector is not None for stream in streams], device=device)
    counts = [len(stream.bars or ()) for stream in streams]
    bars = np.zeros((len(streams), max(counts), model.sizes.bar), np.float32)
    for i, stream in enumerate(streams):
        if counts[i]:
            bars[i, : counts[i]] = stream.bars
    table, styles = model.conditions(torch.from_numpy(bars).to(device), vectors, seen)
    return table, styles, torch.tensor(counts, device=device)
