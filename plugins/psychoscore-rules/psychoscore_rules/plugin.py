"""The descriptors and settings of the `rules` model backend and the `harmony` planner."""

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


@frozen(kw_only=True)
class HarmonyConfig:
    """The planner has no settings: the profile, the plan and the seed decide."""


@hookimpl
def psyco_planners() -> Iterable[Component]:
    yield Component(
        name="harmony",
        factory="psychoscore_rules.planner:HarmonyPlanner",
        config=HarmonyConfig,
        summary="Fills in a plan's chords by the rules of harmony, as tense as the plan is.",
        version=2,
    )


@hookimpl
def psyco_model_backends() -> Iterable[Component]:
    yield Component(
        name="rules",
        factory="psychoscore_rules.composer:RulesComposer",
        config=RulesConfig,
        summary="Composes by the rules of harmony, phrase and orchestration; nothing to train or download.",
        version=3,
    )
