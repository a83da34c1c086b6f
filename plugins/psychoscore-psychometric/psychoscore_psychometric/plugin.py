"""Offers the profile encoder `psychometric`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class PsychometricConfig:
    """Options of the encoder `psychometric`.

    prefix: whether prefix tokens are offered and written; without them only the vector and the bar conditions speak.
    only_given: whether a dimension that the profile does not state is left out of the prefix; false writes all 57
        dimensions' tokens, neutral values included.
    max_bars: how many bars of a score are measured at most, 1 to 100000; later notes are not measured.
    """

    prefix: bool = True
    only_given: bool = True
    max_bars: int = field(default=4096, validator=[validators.ge(1), validators.le(100_000)])


@hookimpl
def psyco_profile_encoders() -> Iterable[Component]:
    """Offer `psychometric`."""
    yield Component(
        name="psychometric",
        factory="psychoscore_psychometric.psychometric:PsychometricEncoder",
        config=PsychometricConfig,
        summary="The 57 numbers of a profile, named prefix tokens, and per bar everything that a plan says.",
    )
