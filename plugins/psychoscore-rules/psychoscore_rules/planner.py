"""The planner `harmony`: fills in a plan's chords by the rules of harmony, as tense as the plan is."""

from __future__ import annotations

from psychoscore_core.profile import Profile
from psychoscore_core.records import Plan
from psychoscore_rules.chord_plan import completed
from psychoscore_rules.plugin import HarmonyConfig


class HarmonyPlanner:
    """Plans chords by rule; satisfies `psychoscore_core.stages.plan.Planner`."""

    def __init__(self, config: HarmonyConfig, **facts: object) -> None:
        self.config = config

    def plan(self, profile: Profile, plan: Plan, seed: int) -> Plan:
        """Return the plan with a chord in every bar; what is given stays."""
        return completed(profile, plan, seed)
