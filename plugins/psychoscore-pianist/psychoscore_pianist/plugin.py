"""Offers the model backend `pianist`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl

WEIGHTS = Path(__file__).parent / "checkpoint"


@frozen(kw_only=True)
class PianistConfig:
    """The trained model that comes with the package; there is nothing to train and little to set.

    warmth: factor on every temperature, 0.5 to 2: above 1 the music dares more.
    max_context: rows that a generation may hold before it forgets its beginning, 64 to 65536.
    engine: what computes it: "native" (psychoscore-native), "numpy" or "torch"; "auto" is the native one where it is
      installed, else NumPy.
    precision: how the native engine keeps the weights, "fp32", "fp16" or "int8": each faster than the one before.
    """

    warmth: float = field(default=1.2, validator=[ge(0.5), le(2)])
    max_context: int = field(default=1024, validator=[ge(64), le(65536)])
    engine: Literal["auto", "native", "numpy", "torch"] = "auto"
    precision: Literal["fp32", "fp16", "int8"] = "fp16"

    @property
    def weights(self) -> Path:
        """Return the folder of the checkpoint that comes with the package, for exporters."""
        return WEIGHTS


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
