from __future__ import annotations

from collections.abc import Callable

import pytest

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Plan
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.composition import Sketch, compose_sketch


@pytest.fixture
def sketch() -> Callable[..., Sketch]:
    """Compose a profile over a given plan, or over a neutral one, so that only the composing rules differ."""

    def compose(profile: Profile, seed: int = 0, bars: int = 32, plan: Plan | None = None, heat: float = 0.9) -> Sketch:
        # Dorian has major and minor chords in equal number: both ways are open to what prefers one of them.
        plan = plan or plan_of(Profile(), bars, Attributes(mode="Dorian"))
        return compose_sketch(profile, plan, [heat] * len(plan.bars), seed)

    return compose
