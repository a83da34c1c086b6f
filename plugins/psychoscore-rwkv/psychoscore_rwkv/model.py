"""transformers' RWKV-4 with a time mixing that trains on whole sequences at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import RwkvConfig, RwkvForCausalLM, RwkvModel
from transformers.initialization import no_init_weights
from transformers.models.rwkv.modeling_rwkv import RwkvOutput

from psychoscore_core.errors import CheckpointError
from psychoscore_rwkv.base_model import read_base
from psychoscore_rwkv.configuration import configuration
from psychoscore_rwkv.initial import HEAD, initialise, orthogonal
from psychoscore_rwkv.layers import Block
from psychoscore_rwkv.sizes import Sizes

State = Sequence[Tensor]  # five tensors (batch, channels, layers), as transformers has them


def _initialise(model: RwkvModel, module: nn.Module) -> None:
    initialise(module, model.config.num_hidden_layers)


class Body(RwkvModel):
    """Embeddings, blocks and the last norm."""

    _init_weights = _initialise  # transformers asks each model for its own

    def __init__(self, config: RwkvConfig) -> None:
        super(RwkvModel, self).__init__(config)
        self.embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.blocks = nn.ModuleList([Block(config, layer) for layer in range(config.num_hidden_layers)])
        self.ln_out = nn.LayerNorm(config.hidden_size)
        self.gradient_checkpointing = False
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        state: State | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
    ) -> RwkvOutput | tuple[Tensor, ...]:
        """Return hidden rows (batch, time, width) of ids (batch, time) or embeddings (batch, time, width).

        state: of the rows before, not changed; the new one is returned with `use_cache`. attention_mask: for nothing:
        rows see those before them, so padding on the right changes none of them. Attentions: there are none.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("exactly one of input_ids and inputs_embeds must be given")
        hidden = self.embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        seen, states = [hidden], []
        for layer, block in enumerate(self.blocks):
            before = None if state is None else tuple(part[..., layer] for part in state)
            hidden, after = block(hidden, before)
            seen.append(hidden)
            states.append(after)
        seen[-1] = hidden = self.ln_out(hidden)
        keep = use_cache if use_cache is not None else self.config.use_cache and not self.training
        new = [torch.stack(parts, dim=-1) for parts in zip(*states, strict=True)] if keep else None
        wanted = self.config.output_hidden_states if output_hidden_states is None else output_hidden_states
        found = RwkvOutput(last_hidden_state=hidden, state=new, hidden_states=tuple(seen) if wanted else None)
        return found if return_dict is not False else found.to_tuple()


class ChunkedRwkvForCausalLM(RwkvForCausalLM):
    """transformers' model, with its names, configuration, `generate` and files; see the module.

    It never rescales layers: `rescale_every` must be 0. Adapters go to the names key, value, receptance, output.
    """

    def __init__(self, config: RwkvConfig) -> None:
        if config.rescale_every > 0:
            raise ValueError("rescale_every must be 0: transformers would change weights when training starts and ends")
        super(RwkvForCausalLM, self).__init__(config)
        self.rwkv = Body(config)
        self.head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if module is self.head:
            orthogonal(self.head.weight, HEAD)


def build(sizes: Sizes | RwkvConfig) -> ChunkedRwkvForCausalLM:
    """Return a fresh model in float32, drawn from torch's generator."""
    return ChunkedRwkvForCausalLM(configuration(sizes) if isinstance(sizes, Sizes) else sizes)


def load(folder: Path, dtype: torch.dtype = torch.float32) -> ChunkedRwkvForCausalLM:
    """Return the model of a folder that `import_checkpoint` wrote, in evaluation mode.

    Its weights become `dtype`, all but `time_decay` and `time_first`, which stay float32. Raises CheckpointError.
    """
    base = read_base(folder)
    with torch.device("meta"), no_init_weights():
        model = ChunkedRwkvForCausalLM(configuration(base.sizes, base.context))
    try:
        stored = load_file(base.weights)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{base.weights}: not readable as safetensors ({error})") from error
    exact = tuple(model._keep_in_fp32_modules)
    tensors = {name: _own(t, torch.float32 if name.endswith(exact) else dtype) for name, t in stored.items()}
    if name := next((name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()), ""):
        raise CheckpointError(f"{base.weights}: {name} holds numbers that are not finite in {dtype}")
    model.load_state_dict(tensors, assign=True)
    return model.eval()


def _own(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a copy: the tensor lies in the file, which may go."""
    return tensor.to(dtype, copy=True)
