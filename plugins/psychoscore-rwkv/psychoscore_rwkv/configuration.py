"""transformers' configuration of RWKV-4 from sizes; imports transformers, not torch."""

from __future__ import annotations

from transformers import RwkvConfig

from psychoscore_rwkv.sizes import Sizes


def configuration(sizes: Sizes, context: int = 1024) -> RwkvConfig:
    """Return the configuration of a model that never rescales its layers; context: rows a sequence in its training."""
    return RwkvConfig(
        vocab_size=sizes.vocabulary,
        num_hidden_layers=sizes.layers,
        hidden_size=sizes.width,
        attention_hidden_size=sizes.attention,
        intermediate_size=sizes.hidden,
        context_length=context,
        rescale_every=0,
        architectures=["RwkvForCausalLM"],
    )
