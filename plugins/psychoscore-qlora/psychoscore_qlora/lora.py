"""Low-rank adapters on frozen matrices, of four bits a weight where that is wanted (QLoRA: Dettmers et al. 2023).

A matrix of the blocks is quantised to NF4 with double quantisation. What training saw is what an adapter is served
on: rounded() gives the very numbers that the four bits stood for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from attrs import frozen
from torch import Tensor, nn

from psychoscore_core.errors import CheckpointError, RunError

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel

NF4 = "nf4"
MISSING = "bitsandbytes is not installed: pip install 'psychoscore-qlora[nf4]', or set model.quantization to 'none'"


@frozen(kw_only=True)
class Lora:
    """How a base is adapted; see QloraConfig. targets: names of linear layers."""

    quantization: str
    rank: int
    alpha: float
    dropout: float
    targets: tuple[str, ...]
    embeddings: bool

    def __attrs_post_init__(self) -> None:
        numbers = type(self.rank) is int and 1 <= self.rank <= 1024 and 0 < self.alpha < 1e6 and 0 <= self.dropout < 1
        if not numbers or self.quantization not in (NF4, "none") or not self.targets:
            raise ValueError("lora must hold a rank from 1 to 1024, alpha, dropout, targets and a known quantization")


def linears(core: nn.Module) -> dict[str, nn.Linear]:
    """Return the linear layers of a model by their paths, all but its head."""
    head = core.get_output_embeddings()
    return {name: m for name, m in core.named_modules() if isinstance(m, nn.Linear) and m is not head}


def targets_of(core: nn.Module, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the layers that get adapters, all of linears() where none are wanted.

    Raises RunError where a wanted one is not there, naming those that are.
    """
    names = tuple(dict.fromkeys(path.rpartition(".")[2] for path in linears(core)))
    strange = [name for name in wanted if name not in names]
    if strange or not names:
        raise RunError(
            f"model.targets: the base has no linear layer {strange[0]!r}; it has {', '.join(names)}"
            if strange
            else "model.base: it has no linear layers that adapters could stand on"
        )
    return tuple(wanted) or names


def check_quantization(quantization: str) -> None:
    """Raise RunError, saying what to do, where four bits are wanted and bitsandbytes is not there."""
    if quantization == NF4:
        try:
            import bitsandbytes  # noqa: F401  # asked for before anything is loaded
        except ImportError:
            raise RunError(f"model.quantization: {MISSING}") from None


def quantise(core: nn.Module, device: torch.device) -> None:
    """Replace the linear layers, one after another, by ones of four bits on a device."""
    import bitsandbytes as bnb

    for path, layer in linears(core).items():
        small = bnb.nn.Linear4bit(
            layer.in_features,
            layer.out_features,
            bias=layer.bias is not None,
            compute_dtype=layer.weight.dtype,
            compress_statistics=True,
            quant_type=NF4,
            device="meta",
        )
        small.weight = bnb.nn.Params4bit(
            layer.weight.data, requires_grad=False, quant_type=NF4, compress_statistics=True, module=small
        )
        small.bias = layer.bias
        parent, _, name = path.rpartition(".")
        setattr(core.get_submodule(parent), name, small.to(device))
    core.is_loaded_in_4bit = True  # type: ignore[assignment]  # what peft asks for


@torch.no_grad()
def round_to_nf4(core: nn.Module) -> None:
    """Give the linear layers, in place, the numbers that their four bits would stand for."""
    try:
        from bitsandbytes.functional import dequantize_4bit, quantize_4bit
    except ImportError:
        raise CheckpointError(f"the adapter was trained on a base of four bits, and {MISSING.split(',')[0]}") from None
    for layer in linears(core).values():
        bits, state = quantize_4bit(layer.weight.data, quant_type=NF4, compress_statistics=True)
        layer.weight.data.copy_(dequantize_4bit(bits, state))


def adapted(core: nn.Module, lora: Lora, name: str = "default") -> PeftModel:
    """Return the model with fresh adapters in it, in place, of which only they (and embeddings and head) train."""
    from peft import get_peft_model

    with warnings.catch_warnings():
        # peft asks transformers for a property under its old name
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(core, lora_config(core, lora), adapter_name=name)


def lora_config(core: nn.Module, lora: Lora) -> LoraConfig:
    """Return peft's settings for these adapters on a model."""
    from peft import LoraConfig

    ends = [_name(core, core.get_input_embeddings()), _name(core, core.get_output_embeddings())]
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        modules_to_save=ends if lora.embeddings else None,
    )


@torch.no_grad()
def widen(core: Any, vocabulary: int) -> None:
    """Give a model embeddings and a head, untied, for so many ids; new ones start as the mean of those there are."""
    table, head = core.get_input_embeddings(), core.get_output_embeddings()
    more = vocabulary - table.num_embeddings
    core.config.tie_word_embeddings = False
    wide = nn.Embedding(vocabulary, table.embedding_dim, _weight=_widened(table.weight, more))
    new = nn.Linear(head.in_features, vocabulary, bias=False, device="meta")
    new.weight = nn.Parameter(_widened(head.weight, more))
    core.set_input_embeddings(wide)
    core.set_output_embeddings(new)
    core.config.vocab_size = vocabulary


def _widened(weight: Tensor, more: int) -> Tensor:
    """Return a table with further rows: the mean, and a tenth of the spread so that no two are alike."""
    mean, spread = weight.mean(0, keepdim=True), float(weight.std())
    return torch.cat([weight, mean + 0.1 * spread * torch.randn(more, weight.shape[1])]).clone()


def _name(core: nn.Module, module: nn.Module) -> str:
    return next(name for name, found in core.named_modules() if found is module).rpartition(".")[2]
