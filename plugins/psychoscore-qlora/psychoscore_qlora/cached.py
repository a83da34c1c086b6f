"""Reads rows into transformers' cache of keys and values; prompts of different lengths are padded on the left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from attrs import define
from torch import Tensor

from psychoscore_qlora.model import Conditioned


@define(eq=False)
class Cached:
    """cache: transformers' own, None before a row was read. mask: (batch, time), 0 on padding."""

    cache: Any
    mask: Tensor


class CachedReader:
    """Satisfies `psychoscore_qlora.decoding.Reader` for models that take `inputs_embeds` and `past_key_values`."""

    def __init__(self, model: Conditioned) -> None:
        self.model = model

    def read(self, rows: Sequence[Tensor]) -> Cached:
        """Return the state after each stream's rows (time, width)."""
        longest = max(len(own) for own in rows)
        mask = torch.tensor([[0] * (longest - len(own)) + [1] * len(own) for own in rows], device=rows[0].device)
        state = Cached(cache=None, mask=mask[:, :0])
        if longest:
            padded = [torch.cat([own.new_zeros(longest - len(own), own.shape[1]), own]) for own in rows]
            self._further(state, torch.stack(padded), mask)
        return state

    def step(self, state: Cached, rows: Tensor) -> np.ndarray:
        """Read a row (batch, width) of each stream; return logits (batch, vocabulary)."""
        hidden = self._further(state, rows[:, None], torch.ones_like(rows[:, :1], dtype=torch.long))
        logits: np.ndarray = self.model.head(hidden[:, -1]).float().cpu().numpy()
        return logits

    def keep(self, state: Cached, streams: Sequence[int]) -> Cached:
        """Return the state with these streams only."""
        chosen = torch.tensor(list(streams), device=state.mask.device)
        if state.cache is not None:
            state.cache.batch_select_indices(chosen)
        return Cached(cache=state.cache, mask=state.mask[chosen])

    def _further(self, state: Cached, rows: Tensor, mask: Tensor) -> Tensor:
        state.mask = torch.cat([state.mask, mask], dim=1)
        places = (state.mask.cumsum(1) - 1).clamp(min=0)[:, -rows.shape[1] :]
        found = self.model.body(
            inputs_embeds=rows,
            attention_mask=state.mask,
            position_ids=places,
            past_key_values=state.cache,
            use_cache=True,
        )
        state.cache = found.past_key_values
        hidden: Tensor = found.last_hidden_state
        return hidden
