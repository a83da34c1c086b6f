"""Offer the temperature schedulers `fixed`, `dynamic` and `curve`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import deep_iterable, ge, le, min_len

from psychoscore_core import Component, hookimpl


def _positive(instance: object, attribute: Attribute[float], value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"a temperature must be a finite number above 0, not {value!r}")


def _finite(instance: object, attribute: Attribute[float], value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{attribute.name} must be a finite number, not {value!r}")


@frozen(kw_only=True)
class FixedConfig:
    """One temperature for the whole piece.

    temperature: divides the logits before sampling; above 0. Below 1 the likely tokens gain, above 1 they lose.
    """

    temperature: float = field(default=1.0, validator=_positive)


@frozen(kw_only=True)
class DynamicConfig:
    """A temperature that follows the mind: entropy raises it, trauma lowers it.

    The temperature is base_temperature + entropy_weight x entropy + trauma_weight x trauma, plus imaginary_bonus
    where the imaginary register exceeds imaginary_threshold, held within [minimum, maximum].

    base_temperature: what a profile without entropy and trauma gets; above 0.
    entropy_weight: added per unit of entropy; any finite number.
    trauma_weight: added per unit of trauma; any finite number, negative to sample the wounded more narrowly.
    imaginary_bonus: added for a profile that lives in the imaginary; any finite number.
    imaginary_threshold: the share of the imaginary register above which the bonus is added; 0 to 1.
    minimum: the lowest temperature given; above 0 and at most maximum.
    maximum: the highest temperature given; above 0.
    """

    base_temperature: float = field(default=0.7, validator=_positive)
    entropy_weight: float = field(default=0.5, validator=_finite)
    trauma_weight: float = field(default=-0.3, validator=_finite)
    imaginary_bonus: float = field(default=0.1, validator=_finite)
    imaginary_threshold: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    minimum: float = field(default=0.4, validator=_positive)
    maximum: float = field(default=1.5, validator=_positive)

    @maximum.validator
    def _above_minimum(self, attribute: Attribute[float], value: float) -> None:
        if value < self.minimum:
            raise ValueError(f"maximum ({value:g}) must not be below minimum ({self.minimum:g})")


def _each(check: Any) -> Any:
    return deep_iterable(member_validator=check, iterable_validator=min_len(1))


@frozen(kw_only=True)
class CurveConfig:
    """Temperatures along the piece, spread evenly from its first bar to its last and joined by straight lines.

    points: one or more temperatures, each above 0; as many points as bars give each bar its own.
    """

    points: tuple[float, ...] = field(default=(0.8, 1.1, 0.7), validator=_each(_positive))


@hookimpl
def psyco_temperature_schedulers() -> Iterable[Component]:
    """Offer the three schedulers."""
    yield Component(
        name="fixed",
        factory="psychoscore_temperature.schedulers:Fixed",
        config=FixedConfig,
        summary="The same temperature for every bar of every piece.",
    )
    yield Component(
        name="dynamic",
        factory="psychoscore_temperature.schedulers:Dynamic",
        config=DynamicConfig,
        summary="A temperature from the profile: entropy raises it, trauma lowers it.",
    )
    yield Component(
        name="curve",
        factory="psychoscore_temperature.schedulers:Curve",
        config=CurveConfig,
        summary="A temperature per bar, interpolated between the points of a curve.",
    )
