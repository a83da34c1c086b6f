"""The `rules` model backend: a composer that needs no tokens, no training and no torch."""

from __future__ import annotations

from collections.abc import Sequence

from symusic.core import ScoreTick

from psychoscore_core.records import Condition, Plan
from psychoscore_rules.composition import compose_score
from psychoscore_rules.plugin import RulesConfig


class RulesComposer:
    """Composes by rule; satisfies `psychoscore_core.stages.sample.Composer`."""

    def __init__(self, config: RulesConfig, **facts: object) -> None:
        self.config = config

    def compose(self, condition: Condition, plan: Plan, temperatures: Sequence[float], seed: int) -> ScoreTick:
        """Return a score of exactly `len(plan.bars)` bars; the same arguments give the same score."""
        heat = [temperature * self.config.adventure for temperature in temperatures]
        return compose_score(
            condition.profile, plan, heat, seed, ritardando=self.config.ritardando, drums=self.config.drums
        )
