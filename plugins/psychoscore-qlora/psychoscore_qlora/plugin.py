"""Offer the model backends `rwkv`, `rwkv-qlora` and `qlora`, the preset `rwkv-qlora`, and `psyco models`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, le, lt

from psychoscore_core import Component, hookimpl
from psychoscore_core.component import Preset

if TYPE_CHECKING:
    import click


def _within(low: float, high: float, default: Any) -> Any:
    return field(default=default, validator=[ge(low), le(high)])


def _one_of_them(instance: Any, attribute: Attribute[Any], value: Path | None) -> None:
    if value is not None and instance.checkpoint is not None:
        raise ValueError(f"checkpoint and {attribute.name} both say where to begin: give one of them")


@frozen(kw_only=True)
class RwkvConfig:
    """Settings of `rwkv`: an RWKV-4 all of whose weights are trained.

    layers: blocks of a fresh model, 1 to 256.
    width: of its hidden states, 8 to 16384; the feed-forward part is four times as wide.
    base: folder of a model that training begins with instead (`psyco models import`); it brings its own sizes.
    style_tokens: learned style tokens that a profile mixes, 0 to 256; 0 = the profile is told by prefix tokens alone.
    style_rows: rows that the mixed styles stand in before the prompt, 1 to 64.
    bar_condition: whether each row is told the plan of its bar.
    device: where to generate and evaluate; "auto" takes CUDA where there is one.
    precision: of the matrices of an RWKV-4 that decodes on CPU; "fp16" and "int8" need psychoscore-native.
    checkpoint: folder of a trained checkpoint to use instead of training; it brings its own sizes.
    """

    layers: int = _within(1, 256, 6)
    width: int = _within(8, 16384, 256)
    checkpoint: Path | None = None
    base: Path | None = field(default=None, validator=_one_of_them)
    style_tokens: int = _within(0, 256, 10)
    style_rows: int = _within(1, 64, 4)
    bar_condition: bool = True
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "fp16", "int8"] = "fp32"

    @property
    def start(self) -> Path | None:
        """Return the folder whose content decides what training makes."""
        return self.base


@frozen(kw_only=True)
class QloraConfig:
    """Settings of `rwkv-qlora` and `qlora`: low-rank adapters on a frozen base of four bits a weight.

    checkpoint: folder of a trained adapter to use instead of training.
    adapter: name of an adapter in the project's store to use instead of training (`psyco models list`); "current" is
      the one that `psyco models use` chose.
    base: folder of the base: an imported RWKV-4 (`psyco models import`), a checkpoint of the backend `rwkv`, or any
      causal language model as transformers writes it (config.json and model.safetensors). With a trained adapter, where
      its base lies now, if that is not where it was.
    models: the store of bases and adapters; by default `models` in the project's folder.
    quantization: how the frozen matrices are kept in training: "nf4" (4.1 bits a weight), or "none".
    rank: of the adapters, 1 to 1024.
    alpha: the adapters' outputs are multiplied by alpha / rank; above 0.
    dropout: share of an adapter's inputs dropped in training, 0 to below 1.
    targets: names of the linear layers that get adapters; empty = all but the head, found in the model and reported.
    embeddings: whether embeddings and head are trained, too (they hold the prefix tokens); false = adapters only.
    style_tokens: learned style tokens that a profile mixes, 0 to 256; 0 = the profile is told by prefix tokens alone.
    style_rows: rows that the mixed styles stand in before the prompt, 1 to 64.
    bar_condition: whether each row is told the plan of its bar.
    device: where to generate and evaluate; "auto" takes CUDA where there is one.
    precision: of the matrices of an RWKV-4 that decodes on CPU; "fp16" and "int8" need psychoscore-native.
    """

    checkpoint: Path | None = None
    adapter: str | None = field(default=None, validator=_one_of_them)
    base: Path | None = None
    models: Path = Path("models")
    quantization: Literal["nf4", "none"] = "nf4"
    rank: int = _within(1, 1024, 32)
    alpha: float = field(default=64.0, validator=gt(0.0))
    dropout: float = field(default=0.05, validator=[ge(0.0), lt(1.0)])
    targets: tuple[str, ...] = ()
    embeddings: bool = True
    style_tokens: int = _within(0, 256, 10)
    style_rows: int = _within(1, 64, 4)
    bar_condition: bool = True
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "fp16", "int8"] = "fp32"

    @property
    def start(self) -> Path | None:
        """Return the folder whose content decides what training makes."""
        return None if self.checkpoint or self.adapter else self.base

    @property
    def ready(self) -> Path | None:
        """Return the folder of the adapter to use instead of training; raises CheckpointError where it is not there."""
        if self.adapter is None:
            return self.checkpoint
        from psychoscore_qlora.store import Store  # hashes files: not needed to list the plugins

        return Store(self.models).find(self.adapter).folder


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    """Offer the three backends."""
    yield Component(
        name="rwkv",
        factory="psychoscore_qlora.backend:RwkvBackend",
        config=RwkvConfig,
        summary="RWKV-4, all weights trained: from chance, or on from an imported checkpoint.",
    )
    for name, what in (("rwkv-qlora", "a public RWKV music checkpoint"), ("qlora", "any causal language model")):
        yield Component(
            name=name,
            factory="psychoscore_qlora.backend:QloraBackend",
            config=QloraConfig,
            summary=f"Low-rank adapters on {what}, frozen in four bits a weight, conditioned on profile and plan.",
        )


@hookimpl
def psyco_presets() -> Iterable[Preset]:
    """Offer the settings of a QLoRA training: an effective batch of 32, and what saves memory."""
    yield Preset(
        name="rwkv-qlora",
        summary="Fine-tune an imported RWKV-4 music checkpoint by QLoRA.",
        config={
            "model": {"use": "rwkv-qlora"},
            "tokenizer": {"use": "midi-llm"},
            "training": {
                "batch_size": 4,
                "accumulate": 8,
                "context": 1024,
                "learning_rate": 1e-4,
                "min_lr_ratio": 0.0,
                "warmup": 0.1,
                "weight_decay": 0.0,
                "gradient_checkpointing": True,
            },
        },
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco models`."""
    from psychoscore_qlora.commands import models

    yield models
