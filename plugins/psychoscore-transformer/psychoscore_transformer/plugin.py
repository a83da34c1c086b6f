"""Offer the model backend `transformer`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from attrs import evolve, field, fields, frozen
from attrs.validators import and_, ge, le, lt, optional

from psychoscore_core import Component, hookimpl
from psychoscore_core.errors import CheckpointError
from psychoscore_transformer.presets import PRESETS, Shape


def _override(low: int, high: int) -> Any:
    return field(default=None, validator=optional(and_(ge(low), le(high))))


@frozen(kw_only=True)
class TransformerConfig:
    """Settings of the transformer.

    size: "pianist" (about 5 million parameters; for tokenizers with one row a note), "tiny" (1), "small" (7),
      "medium" (20) or "large" (160).
    layers: blocks, 1 to 64; None = the preset's.
    width: of the hidden states, 8 to 8192; None = the preset's.
    heads: query heads, 1 to 128, dividing the width; None = the preset's.
    kv_heads: key and value heads, 1 to 128, dividing the heads (fewer = a smaller cache); None = the preset's.
    hidden: width inside the feed-forward part, 8 to 32768; None = the preset's.
    style_tokens: learned style tokens that a profile mixes, 0 to 256; 0 = no cross-attention, the profile is added to
      every layer instead; None = the preset's.
    dropout: share of each block's outputs dropped in training, 0 to below 1.
    max_context: rows that a generation may hold, prompt included, 16 to 65536; may exceed training's context.
    device: where to generate and evaluate; "auto" takes CUDA where there is one.
    engine: what decodes; "native" is psychoscore-native and "numpy" NumPy, both on CPU and without torch; "auto" takes
      the native one where it is installed, else NumPy for models below 50 million parameters, else torch, and torch
      where `device` is "cuda".
    precision: how the native engine keeps weights: "fp32", "fp16" or "int8", half the size and the faster each time.
    checkpoint: folder of a trained checkpoint to use instead of training; it brings its own sizes.
    start_from: folder of a trained checkpoint whose weights training begins with, or "pianist" for the model that ships
      with PSYCHOSCORE; of the same sizes, and trained with the same tokenizer and encoder.
    """

    presets: ClassVar[Mapping[str, Shape]] = PRESETS

    size: Literal["pianist", "tiny", "small", "medium", "large"] = "small"
    layers: int | None = _override(1, 64)
    width: int | None = _override(8, 8192)
    heads: int | None = _override(1, 128)
    kv_heads: int | None = _override(1, 128)
    hidden: int | None = _override(8, 32768)
    style_tokens: int | None = _override(0, 256)
    dropout: float = field(default=0.1, validator=[ge(0.0), lt(1.0)])
    max_context: int = field(default=4096, validator=[ge(16), le(65536)])
    device: Literal["auto", "cpu", "cuda"] = "auto"
    engine: Literal["auto", "native", "numpy", "torch"] = "auto"
    precision: Literal["fp32", "fp16", "int8"] = "fp16"
    checkpoint: Path | None = None
    start_from: Literal["pianist"] | Path | None = None

    def __attrs_post_init__(self) -> None:
        if self.size in self.presets and (problem := self.shape().problem()):
            raise ValueError(problem)
        if self.engine in ("native", "numpy") and self.device == "cuda":
            raise ValueError(f"the engine '{self.engine}' runs on CPU: device 'cuda' needs the engine 'torch'")
        if self.checkpoint is not None and self.start_from is not None:
            raise ValueError("checkpoint takes the place of training, which start_from would begin: give one of them")

    @property
    def start(self) -> Path | None:
        """Return the folder that start_from means; raises CheckpointError where the pianist is not installed."""
        if self.start_from != "pianist":
            return self.start_from
        from importlib.resources import files  # not needed to list the plugins

        try:
            return Path(str(files("psychoscore_pianist"))) / "checkpoint"
        except ModuleNotFoundError:
            raise CheckpointError("model.start_from: 'pianist' needs the package psychoscore-pianist") from None

    def shape(self) -> Shape:
        """Return the preset with the overrides in it."""
        names = [field.name for field in fields(Shape)]
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return evolve(self.presets[self.size], **given)


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    """Offer the transformer."""
    yield Component(
        name="transformer",
        factory="psychoscore_transformer.backend:TransformerBackend",
        config=TransformerConfig,
        summary="A decoder-only transformer conditioned on the profile and on every bar; trains on CPU and CUDA.",
        version=2,
    )
