"""Offer the temperature scheduler `nightfall` and the dataset `nocturnes`."""

from attrs import field, frozen
from attrs.validators import ge, gt, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class NightfallConfig:
    """A temperature that sinks like the sun.

    dusk: the temperature of the first bar; above 0.
    midnight: the temperature that the piece ends at; above 0.
    """

    dusk: float = field(default=1.1, validator=gt(0))
    midnight: float = field(default=0.6, validator=gt(0))


@frozen(kw_only=True)
class NocturnesConfig:
    """Slow broken chords, made up on the spot.

    pieces: how many there are; 4 to 48.
    """

    pieces: int = field(default=16, validator=[ge(4), le(48)])


@hookimpl
def psyco_temperature_schedulers():
    yield Component(
        name="nightfall",
        factory="psychoscore_nightfall.nightfall:Nightfall",
        config=NightfallConfig,
        summary="A temperature that sinks through the piece.",
    )


@hookimpl
def psyco_datasets():
    yield Component(
        name="nocturnes",
        factory="psychoscore_nightfall.nocturnes:Nocturnes",
        config=NocturnesConfig,
        summary="Slow broken chords in minor keys.",
    )
