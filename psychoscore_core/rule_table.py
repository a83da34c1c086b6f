"""The published rule table: what a profile alone says about a piece's key, mode, tempo and bars.

The composing rules (harmony, melody, accompaniment) are the `rules` backend's; this table is what every
backend's plan starts from, so that two backends are asked for the same piece.
"""

from __future__ import annotations

from attrs import evolve

from psychoscore_core.planning.facts import (
    CIRCLE_OF_FIFTHS,
    DYNAMICS,
    MODE_BY_REGISTER,
    TRAUMA_TURNS,
    complete,
    dynamics_of,
    key_of,
    mode_of,
    tempo_of,
)
from psychoscore_core.planning.repeating import with_repeats
from psychoscore_core.planning.targets import bar_targets, targets_of
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, BarPlan, Plan

__all__ = [
    "ARCH",
    "CIRCLE_OF_FIFTHS",
    "DYNAMICS",
    "MODE_BY_REGISTER",
    "TRAUMA_TURNS",
    "arched",
    "bar_targets",
    "complete",
    "dynamics_of",
    "key_of",
    "mode_of",
    "plan_of",
    "tempo_of",
]
SECTIONS = "ABAC"
SECTION_BARS = 8
ARCH = {"tension": 0.3, "density": 0.1, "register": 4 / 127, "dynamics": 12 / 127}  # from the ends to the peak


def plan_of(
    profile: Profile, bars: int, attributes: Attributes | None = None, time_signature: tuple[int, int] = (4, 4)
) -> Plan:
    """Return the plan of a piece of so many bars: an arch of tension that peaks at 70% of it, in sections of 8 bars.

    arch: 0 in the first and last bar, 1 at the peak. tension = 0.1 + 0.5 trauma + 0.3 (dark triad mean) + 0.3 arch;
    density = 0.15 + 0.35 entropy + 0.15 extraversion + 0.1 arch; register = (64 - 10 trauma + 4 arch) / 127;
    dynamics = (velocity of dominance - 6 + 12 arch) / 127; none above 1. Further dimensions move these and all other
    numbers of a bar by the control map. Sections are A B A C; a letter that returns takes up its first bars.
    """
    facts = complete(profile, attributes)
    assert facts.key and facts.mode and facts.tempo
    target = bar_targets(profile)
    drawn = [
        evolve(arched(target, index, bars), section=SECTIONS[index // SECTION_BARS % len(SECTIONS)])
        for index in range(bars)
    ]
    return Plan(
        key=facts.key,
        mode=facts.mode,
        tempo=facts.tempo,
        time_signature=time_signature,
        bars=with_repeats(drawn, targets_of(profile)["repetition"]),
    )


def arched(target: BarPlan, index: int, bars: int) -> BarPlan:
    """Return the bar at a place of a piece: the target on the arch that rises to 70% of the piece and falls."""
    off = _arch(index / max(1, bars - 1)) - 0.5
    numbers = {name: min(1.0, max(0.0, getattr(target, name) + slope * off)) for name, slope in ARCH.items()}
    return evolve(target, **numbers)


def _arch(position: float, peak: float = 0.7) -> float:
    """Return 0 at both ends and 1 at the peak, straight in between; position and peak in [0, 1]."""
    return position / peak if position <= peak else (1 - position) / (1 - peak)
