"""Offers the model backend `pianist`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, ShippedModel, hookimpl

WEIGHTS = Path(__file__).parent / "checkpoint"  # those of the package
PIANIST = ShippedModel(
    name="pianist",
    package="psychoscore_pianist",
    summary="plays the plan; what `psyco generate` takes by default",
)


@frozen(kw_only=True)
class PianistConfig:
    """The trained model that comes with the package; there is nothing to train and little to set.

    warmth: factor on every temperature, 0.5 to 2: above 1 the music dares more.
    max_context: rows that a generation may hold before it forgets its beginning, 64 to 65536.
    engine: what computes it: "native" (psychoscore-native), "numpy" or "torch"; "auto" is the native one where it is
      installed, else NumPy.
    precision: how the native engine keeps the weights, "fp32", "fp16" or "int8": each faster than the one before.
    weights: a folder of other weights for the same tokenizer and encoder; null: a folder `data/pianist` of the project,
      else `pianist` in the user's data folder, else those that come with the package.
    """

    warmth: float = field(default=1.2, validator=[ge(0.5), le(2)])
    max_context: int = field(default=1024, validator=[ge(64), le(65536)])
    engine: Literal["auto", "native", "numpy", "torch"] = "auto"
    precision: Literal["fp32", "fp16", "int8"] = "fp16"
    weights: Path | None = None

    @property
    def shipped(self) -> ShippedModel:
        """Return what says where the weights may lie."""
        return PIANIST


@hookimpl
def psyco_shipped_models() -> Iterable[ShippedModel]:
    """Offer the weights, so that they can be found and replaced."""
    yield PIANIST


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    """Offer `pianist`."""
    yield Component(
        name="pianist",
        factory="psychoscore_pianist.backend:Pianist",
        config=PianistConfig,
        summary="The trained model that ships with PSYCHOSCORE: plays the plan; for the tokenizer notes.",
        version=2,
    )
