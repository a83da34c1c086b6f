"""The `rules` model backend's descriptor and settings."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen, validators

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class RulesConfig:
    """Settings of the rule-based composer.

    adventure: factor on every bar's temperature, 0.1 (always the likeliest choice) to 3 (far-fetched).
    ritardando: the last bar of a piece of 4 bars or more slows down to 85% of the tempo.
    drums: write a drum track where the profile asks for percussion (trauma above 0.8).
    """

    adventure: float = field(default=1.0, validator=[validators.ge(0.1), validators.le(3.0)])
    ritardando: bool = True
    drums: bool = True


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    yield Component(
        name="rules",
        factory="psychoscore_rules.composer:RulesComposer",
        config=RulesConfig,
        summary="Composes by the rules of harmony, phrase and orchestration; nothing to train or download.",
    )
