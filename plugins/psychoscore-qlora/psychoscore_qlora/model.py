"""A language model that is told a profile and a plan; called with a training batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from attrs import frozen
from torch import Tensor, nn
from torch.nn import functional

from psychoscore_core.records import Training
from psychoscore_qlora.conditioner import Conditioner, Shape
from psychoscore_qlora.optimizer import optimizer_of

LEAST = 0.02  # deviation of embeddings that conditions are made for where theirs is still smaller


@frozen(kw_only=True, eq=False)
class Output:
    """logits: one tensor (batch, time, vocabulary) in a list. hidden: (batch, time, width)."""

    logits: list[Tensor]
    hidden: Tensor


class Conditioned(nn.Module):
    """A causal language model of transformers, adapters in it or not, and the conditioner before it."""

    def __init__(self, core: nn.Module, shape: Shape) -> None:
        super().__init__()
        self.core, self.conditioner = core, Conditioner(shape)
        self.paged = False  # whether the optimizer's moments may be kept in bytes, in pages

    def forward(self, batch: Any) -> Output:
        """Return logits and hidden states of a batch (psychoscore_training.batches.Batch)."""
        rows = self.embed(batch.rows[..., 0])
        table = self.conditioner.bars(batch.bar_conditions)
        if table is not None:
            # A row picks its bar's entry by a product with 0 and 1: its gradient sums in a fixed order on any device.
            place = functional.one_hot(batch.bars % table.shape[1], table.shape[1]).to(table.dtype)
            rows = rows + place @ table
        styles = self.conditioner.styles(batch.vector, batch.vector_seen)
        if styles is not None:
            rows = torch.cat([styles.to(rows.dtype), rows], dim=1)
        hidden = self.body(inputs_embeds=rows, use_cache=False).last_hidden_state[:, self.conditioner.rows :]
        return Output(logits=[self.head(hidden)], hidden=hidden)

    @property
    def body(self) -> nn.Module:
        """Return the model but for its head."""
        body: nn.Module = getattr(self.core, self.core.base_model_prefix)
        return body

    def embed(self, ids: Tensor) -> Tensor:
        """Return embeddings (batch, time, width) of ids (batch, time)."""
        embedded: Tensor = self.core.get_input_embeddings()(ids)
        return embedded

    def head(self, hidden: Tensor) -> Tensor:
        """Return logits (..., vocabulary) of hidden states (..., width)."""
        logits: Tensor = self.core.get_output_embeddings()(hidden)
        return logits

    def fit_scale(self) -> None:
        """Let conditions be as large as the model's embeddings are, or will be: RWKV's begin next to nothing."""
        table = self.core.get_input_embeddings().weight
        self.conditioner.scale.fill_(max(LEAST, float(table.detach().float().std())))

    def optimizer(self, parameters: Mapping[str, Tensor], training: Training) -> torch.optim.Optimizer:
        """Return what training works with."""
        return optimizer_of(parameters, training, paged=self.paged)

    @property
    def gradient_checkpointing(self) -> bool:
        """Say whether the blocks are computed again in the backward pass instead of being kept."""
        return bool(self.core.is_activation_checkpointing)

    @gradient_checkpointing.setter
    def gradient_checkpointing(self, wanted: bool) -> None:
        if wanted:
            self.core.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
        else:
            self.core.activation_checkpointing_disable()
