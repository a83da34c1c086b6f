"""Plan: an encoded profile becomes a plan of bars, which a planner fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from psychoscore_core.errors import RunError
from psychoscore_core.planning.given import bars_of, lay_over
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.planning.timeline import plan_of_scenes
from psychoscore_core.profile import Profile
from psychoscore_core.records import Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_core.stages.encode import Asked, time_signature_of
from psychoscore_core.stages.takes import Wanted

if TYPE_CHECKING:
    from psychoscore_core.config.model import Generation


class Planner(Protocol):
    """What a planner is; built as `Class(config)`."""

    def plan(self, profile: Profile, plan: Plan, seed: int) -> Plan:
        """Return the plan with what it leaves open filled in: a chord wherever a bar has "".

        Everything that is given stays, and so does the number of bars; a key may be added where none is given. The
        same arguments give the same plan.
        """


def plan(asked: Sequence[Asked], generation: Generation, planner: Planner) -> list[Wanted]:
    """Return each take with its whole plan: the rule table's or the timeline's, what the user gives, the planner's."""
    return [
        Wanted(name=a.name, condition=a.condition, plan=_planned(a, generation, planner), seed=a.seed) for a in asked
    ]


def draft_of(ask: Asked, generation: Generation) -> Plan:
    """Return a take's plan before the planner: chords stand only where the user gives them."""
    profile, signature = ask.condition.profile, time_signature_of(generation)
    if ask.scenes:
        draft = plan_of_scenes(ask.scenes, signature)
    else:
        draft = plan_of(profile, bars_of(generation), ask.condition.attributes, signature)
    return lay_over(draft, generation.plan, targets_of(profile)["repetition"])


def _planned(ask: Asked, generation: Generation, planner: Planner) -> Plan:
    draft = draft_of(ask, generation)
    whole = planner.plan(ask.condition.profile, draft, ask.seed)
    if len(whole.bars) != len(draft.bars):
        raise RunError(f"plan: the planner made {len(whole.bars)} bars of {len(draft.bars)}")
    return whole
