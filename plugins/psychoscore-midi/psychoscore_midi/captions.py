"""The two lines under the headline of a take's picture: its music, and the mind behind it."""

from __future__ import annotations

from attrs import fields

from psychoscore_core.profile import Profile
from psychoscore_core.records import Plan, Take

SEPARATOR = "  ·  "


def caption(take: Take) -> tuple[str, str]:
    """Return the line about key, tempo and length, and the line about the profile."""
    return _music(take.plan, take.seed), _mind(take.condition.profile)


def _music(plan: Plan, seed: int) -> str:
    beats, unit = plan.time_signature
    seconds = round(sum(beats * 4 / unit * 60 / tempo for tempo in plan.tempos))
    facts = (
        f"{plan.key} {plan.mode}",
        f"{plan.tempo:.0f} BPM",
        f"{beats}/{unit}",
        f"{len(plan.bars)} bar{'s' * (len(plan.bars) != 1)}",
        f"{seconds // 60}:{seconds % 60:02d}",
        f"seed {seed}",
    )
    return SEPARATOR.join(facts)


def _mind(profile: Profile) -> str:
    facts = [
        f"trauma {profile.trauma:.2f}",
        f"entropy {profile.entropy:.2f}",
        _letters("DISC", profile.disc),
        _letters("OCEAN", profile.ocean),
        f"{profile.rsi.dominant} {getattr(profile.rsi, profile.rsi.dominant):.2f}",
        *(name.replace("_", " ") for name in profile.cognitive_biases),
    ]
    return SEPARATOR.join(facts)


def _letters(name: str, group: object) -> str:
    return f"{name} {' '.join(f'{getattr(group, f.name):.1f}' for f in fields(type(group)))}"  # type: ignore[arg-type]  # any attrs group
