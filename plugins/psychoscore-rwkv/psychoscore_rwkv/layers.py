"""RWKV-4's blocks with transformers' parameters and names, and our own way through them.

A state is never changed in place: what is given in stays as it is, and what is returned is new. Matrices are called
as modules, so that adapters and quantised ones may stand in their places.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import RwkvConfig
from transformers.models.rwkv.modeling_rwkv import RwkvBlock, RwkvFeedForward, RwkvSelfAttention

from psychoscore_rwkv.mixing import mixed, squared_relu
from psychoscore_rwkv.wkv import wkv

# Of one layer: the row before for channel mixing, the same for time mixing (batch, width), then wkv's state.
LayerState = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


class TimeMixing(RwkvSelfAttention):
    """Attention's counterpart, with wkv in chunks."""

    def __init__(self, config: RwkvConfig, layer_id: int) -> None:
        nn.Module.__init__(self)  # transformers' own looks for a CUDA kernel on a hub
        width, channels = config.hidden_size, config.attention_hidden_size
        self.config, self.layer_id, self.attention_hidden_size = config, layer_id, channels
        self.time_decay, self.time_first = (nn.Parameter(torch.empty(channels)) for _ in range(2))
        self.time_mix_key, self.time_mix_value, self.time_mix_receptance = (_mix(width) for _ in range(3))
        self.key, self.value, self.receptance = (nn.Linear(width, channels, bias=False) for _ in range(3))
        self.output = nn.Linear(channels, width, bias=False)

    def forward(self, hidden: Tensor, state: LayerState | None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return what is added to hidden rows (batch, time, width), and the last four parts of the new state."""
        rows = mixed(
            hidden,
            None if state is None else state[1],
            self.time_mix_key,
            self.time_mix_value,
            self.time_mix_receptance,
        )
        keys, values, gate = self.key(rows[0]), self.value(rows[1]), torch.sigmoid(self.receptance(rows[2]))
        decay = -torch.exp(self.time_decay.float())
        y, after = wkv(decay, self.time_first, keys, values, None if state is None else state[2:])
        return self.output(gate * y.to(gate.dtype)), (hidden[:, -1], *after)


class ChannelMixing(RwkvFeedForward):
    """The feed-forward part, gated by the row before."""

    def __init__(self, config: RwkvConfig, layer_id: int) -> None:
        nn.Module.__init__(self)
        width, hidden = config.hidden_size, config.intermediate_size
        self.config, self.layer_id = config, layer_id
        self.time_mix_key, self.time_mix_receptance = _mix(width), _mix(width)
        self.key = nn.Linear(width, hidden, bias=False)
        self.receptance = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(hidden, width, bias=False)

    def forward(self, hidden: Tensor, state: LayerState | None) -> tuple[Tensor, Tensor]:
        """Return what is added to hidden rows (batch, time, width), and the first part of the new state."""
        first = None if state is None else state[0]
        inward, opening = mixed(hidden, first, self.time_mix_key, self.time_mix_receptance)
        keys, gate = squared_relu(self.key(inward)), torch.sigmoid(self.receptance(opening))
        return gate * self.value(keys), hidden[:, -1]


class Block(RwkvBlock):
    """One layer: time mixing, then channel mixing, each behind a norm and added to what came in."""

    def __init__(self, config: RwkvConfig, layer_id: int) -> None:
        nn.Module.__init__(self)
        self.config, self.layer_id = config, layer_id
        norms = ("pre_ln", "ln1", "ln2") if layer_id == 0 else ("ln1", "ln2")
        for name in norms:
            setattr(self, name, nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon))
        self.attention, self.feed_forward = TimeMixing(config, layer_id), ChannelMixing(config, layer_id)

    def forward(self, hidden: Tensor, state: LayerState | None = None) -> tuple[Tensor, LayerState]:
        """Return hidden rows (batch, time, width) and the new state."""
        if self.layer_id == 0:
            hidden = self.pre_ln(hidden)
        added, after = self.attention(self.ln1(hidden), state)
        hidden = hidden + added
        added, row = self.feed_forward(self.ln2(hidden), state)
        return hidden + added, (row, *after)


def _mix(width: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(1, 1, width))
