"""Plan: an encoded profile becomes a plan of bars."""

from __future__ import annotations

from collections.abc import Sequence

from psychoscore_core.records import Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_core.stages.encode import Asked
from psychoscore_core.stages.takes import Wanted


def plan(asked: Sequence[Asked], bars: int, time_signature: str) -> list[Wanted]:
    """Return each take with its plan: the rule table's, for the key, mode and tempo that the condition names."""
    numerator, denominator = (int(part) for part in time_signature.split("/"))

    def one(ask: Asked) -> Plan:
        return plan_of(ask.condition.profile, bars, ask.condition.attributes, (numerator, denominator))

    return [Wanted(name=a.name, condition=a.condition, plan=one(a), seed=a.seed) for a in asked]
