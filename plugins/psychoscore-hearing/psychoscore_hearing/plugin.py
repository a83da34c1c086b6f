"""Offer the rater `attributes`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class AttributesConfig:
    """The rater `attributes` has nothing to set."""


@hookimpl
def psyco_raters() -> Iterable[Component]:
    """Offer the rater."""
    yield Component(
        name="attributes",
        factory="psychoscore_hearing.rater:AttributesRater",
        config=AttributesConfig,
        summary="The attributes of a take as they sound: density, register, dissonance, repetition and the others.",
    )
