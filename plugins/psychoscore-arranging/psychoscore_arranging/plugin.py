"""Offers the arranger `instruments` and the rater `statistics`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Attribute, field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class InstrumentsConfig:
    """Options of the arranger `instruments`: celesta, piano and harp for a profile with little trauma.

    split: whether a take of one track becomes melody, inner part and bass; false gives that track the melody's
        instrument.
    strings_above: trauma above which oboe, strings and bassoon play, 0 to 1.
    brass_above: trauma above which brass, tremolo strings and timpani play, 0 to 1, not below strings_above.
    """

    split: bool = True
    strings_above: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    brass_above: float = field(default=0.8, validator=[ge(0.0), le(1.0)])

    @brass_above.validator
    def _check_order(self, attribute: Attribute[float], value: float) -> None:
        if value < self.strings_above:
            raise ValueError(f"brass_above ({value:g}) must not be below strings_above ({self.strings_above:g})")


@frozen(kw_only=True)
class StatisticsConfig:
    """The rater `statistics` has no options."""


@hookimpl
def psyco_arrangers() -> Iterable[Component]:
    """Offer `instruments`."""
    yield Component(
        name="instruments",
        factory="psychoscore_arranging.instruments:Instruments",
        config=InstrumentsConfig,
        summary="Melody, inner part and bass on instruments that follow the profile's trauma.",
    )


@hookimpl
def psyco_raters() -> Iterable[Component]:
    """Offer `statistics`."""
    yield Component(
        name="statistics",
        factory="psychoscore_arranging.statistics:Statistics",
        config=StatisticsConfig,
        summary="Notes, bars, pitches, velocity, polyphony, pitch-class entropy and share of notes in the scale.",
    )
