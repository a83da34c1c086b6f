"""Offer the arrangers `instruments` and `performance` and the rater `statistics`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Attribute, field, frozen
from attrs.validators import ge, le

from psychoscore_arranging.general_midi import INSTRUMENTS
from psychoscore_core import Component, hookimpl
from psychoscore_core.errors import did_you_mean


def _ensemble(instance: object, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    if len(value) not in (3, 4):
        raise ValueError(
            f"{attribute.name} names melody, inner, bass and perhaps downbeats, not {len(value)} instruments"
        )
    for name in value:
        if name not in INSTRUMENTS:
            known = ", ".join(INSTRUMENTS)
            raise ValueError(
                f"{attribute.name}: no instrument {name!r}{did_you_mean(name, INSTRUMENTS)}; known: {known}"
            )


@frozen(kw_only=True)
class InstrumentsConfig:
    """Instruments by the profile's trauma.

    wounded_above: trauma above which `wounded` plays; 0 to 1.
    shattered_above: trauma above which `shattered` plays; wounded_above to 1.
    calm, wounded, shattered: instruments of the melody, the inner parts and the bass; a fourth one plays the bass
    notes on the downbeats. Names as in `psychoscore_arranging.general_midi`.
    split: part a take of a single track by register first.
    melody_floor: the lowest MIDI pitch that the melody may have where a take is parted; 0 to 127.
    bass_ceiling: the highest MIDI pitch that the bass may have there; 0 to 127.
    """

    wounded_above: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    shattered_above: float = field(default=0.8, validator=[ge(0.0), le(1.0)])
    calm: tuple[str, ...] = field(default=("celesta", "harp", "piano"), validator=_ensemble)
    wounded: tuple[str, ...] = field(default=("oboe", "strings", "cello"), validator=_ensemble)
    shattered: tuple[str, ...] = field(default=("trumpet", "tremolo strings", "tuba", "timpani"), validator=_ensemble)
    split: bool = True
    melody_floor: int = field(default=60, validator=[ge(0), le(127)])
    bass_ceiling: int = field(default=55, validator=[ge(0), le(127)])

    @shattered_above.validator
    def _in_order(self, attribute: Attribute[float], value: float) -> None:
        if value < self.wounded_above:
            raise ValueError(f"shattered_above ({value:g}) must not be below wounded_above ({self.wounded_above:g})")


@frozen(kw_only=True)
class PerformanceConfig:
    """How a take is played.

    articulation: hold notes as long as the plan's bars ask.
    dynamics: strike notes as loud, and as differently, as the plan's bars ask.
    """

    articulation: bool = True
    dynamics: bool = True


@frozen(kw_only=True)
class StatisticsConfig:
    """The rater `statistics` has nothing to set."""


@hookimpl
def psyco_arrangers() -> Iterable[Component]:
    """Offer the arrangers."""
    yield Component(
        name="instruments",
        factory="psychoscore_arranging.instruments:Instruments",
        config=InstrumentsConfig,
        summary="General MIDI instruments by the profile's trauma; a piano take is parted by register.",
    )
    yield Component(
        name="performance",
        factory="psychoscore_arranging.performance:Performance",
        config=PerformanceConfig,
        summary="Plays a take as its plan asks: note lengths from staccato to legato, loudness and contrast.",
    )


@hookimpl
def psyco_raters() -> Iterable[Component]:
    """Offer the rater."""
    yield Component(
        name="statistics",
        factory="psychoscore_arranging.statistics:Statistics",
        config=StatisticsConfig,
        summary="Counts of a take: notes, bars, pitches, polyphony, the share of notes in the planned scale, seconds.",
    )
