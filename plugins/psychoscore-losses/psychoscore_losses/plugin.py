"""Offer the losses `causal-lm` and `info-nce`."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, le, lt

from psychoscore_core import Component, hookimpl


def _finite(instance: object, attribute: Attribute[float], value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{attribute.name} must be a finite number, not {value!r}")


@frozen(kw_only=True)
class CausalLmConfig:
    """Cross-entropy of the next token, averaged over the targets of a family and summed over the families.

    weight: factor of this loss in the total; 0 or more.
    label_smoothing: share of the target's probability that is spread over all tokens; from 0 to below 1.
    z_loss: factor of the mean squared log-partition, which keeps logits small; 0 or more, 1e-4 is usual, 0 = off.
    """

    weight: float = field(default=1.0, validator=[_finite, ge(0.0)])
    label_smoothing: float = field(default=0.0, validator=[ge(0.0), lt(1.0)])
    z_loss: float = field(default=0.0, validator=[_finite, ge(0.0)])


@frozen(kw_only=True)
class InfoNceConfig:
    """Contrast of profiles with music: a piece's hidden states are nearer to its own profile than to another's.

    Only sequences that have a profile and were trained without any condition take part, so
    `training.condition_dropout` sets how much this loss has to work with. Distances between profiles are root mean
    squares over the vector's dimensions.

    weight: factor of this loss in the total; 0 or more.
    width: dimensions of the space that profiles and hidden states are projected into; 1 to 4096.
    temperature: the similarity's divisor at the start of training; within its two bounds.
    temperature_minimum: the learned temperature never falls below it; above 0.
    temperature_maximum: the learned temperature never rises above it; at most 100.
    same_distance: profiles at most this far apart count as equal and are not pushed apart; 0 or more.
    hard_negatives: how many of the nearest profiles of other groups count more; 0 = none.
    hard_weight: how many times such a negative counts; 1 to 1000.
    triplets: lay examples out as anchor, positive, hard negative; false = in the trainer's own order.
    """

    weight: float = field(default=0.1, validator=[_finite, ge(0.0)])
    width: int = field(default=128, validator=[ge(1), le(4096)])
    temperature: float = field(default=0.1, validator=_finite)
    temperature_minimum: float = field(default=0.01, validator=gt(0.0))
    temperature_maximum: float = field(default=1.0, validator=[gt(0.0), le(100.0)])
    same_distance: float = field(default=0.05, validator=[_finite, ge(0.0)])
    hard_negatives: int = field(default=1, validator=ge(0))
    hard_weight: float = field(default=2.0, validator=[ge(1.0), le(1000.0)])
    triplets: bool = True

    @temperature_maximum.validator
    def _holds_the_start(self, attribute: Attribute[float], value: float) -> None:
        if not self.temperature_minimum <= self.temperature <= value:
            low, high = self.temperature_minimum, value
            raise ValueError(f"temperature ({self.temperature:g}) must lie between its bounds {low:g} and {high:g}")


@hookimpl
def psyco_losses() -> Iterable[Component]:
    """Offer both losses."""
    yield Component(
        name="causal-lm",
        factory="psychoscore_losses.causal_lm:CausalLm",
        config=CausalLmConfig,
        summary="Cross-entropy of the next token, over every token family.",
    )
    yield Component(
        name="info-nce",
        factory="psychoscore_losses.info_nce:InfoNce",
        config=InfoNceConfig,
        summary="Brings a piece's hidden states near its own profile and away from others (contrastive).",
    )
