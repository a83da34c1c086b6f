"""Timelines: states of mind one after the other become one plan that moves between them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from psychoscore_core.errors import RunError
from psychoscore_core.planning.facts import complete
from psychoscore_core.planning.key_names import read_key
from psychoscore_core.planning.options import CURVES, MAX_BARS, SceneOptions
from psychoscore_core.planning.repeating import with_repeats
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import BIASES, DIMENSIONS, Profile
from psychoscore_core.records import Attributes, BarPlan, Plan
from psychoscore_core.rule_table import arched, bar_targets

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@frozen(kw_only=True)
class Scene:
    """One state of a timeline, with everything settled; tempo in quarter notes a minute."""

    name: str
    profile: Profile
    bars: int
    transition: int
    key: str
    mode: str
    tempo: float

    @property
    def weight(self) -> float:
        """Return how long it lasts, in minutes for a bar of one quarter."""
        return self.bars / self.tempo


def scenes_of(
    options: Sequence[SceneOptions], profiles: Sequence[Profile], given: Attributes, time_signature: tuple[int, int]
) -> tuple[Scene, ...]:
    """Return the scenes of a timeline.

    given: what holds for the whole piece, before the profiles. The tonic is the first scene's, unless a scene names
    its key or modulates; modes and tempos are those of each scene's profile.
    Raises RunError where the scenes have over 512 bars together.
    """
    quarters = 4 * time_signature[0] / time_signature[1]
    scenes: list[Scene] = []
    names = _names(options, profiles)
    for option, profile, name in zip(options, profiles, names, strict=True):
        facts = _facts(option, profile, given, scenes)
        assert facts.key and facts.mode and facts.tempo
        bars = option.bars or max(1, round((option.seconds or 0) * facts.tempo / 60 / quarters))
        scenes.append(
            Scene(
                name=name,
                profile=profile,
                bars=bars,
                transition=min(option.transition, bars) if scenes else 0,
                key=facts.key,
                mode=facts.mode,
                tempo=facts.tempo,
            )
        )
    if sum(scene.bars for scene in scenes) > MAX_BARS:
        raise RunError(
            f"generation.timeline: has {sum(s.bars for s in scenes)} bars at its tempos, of at most {MAX_BARS}"
        )
    return tuple(scenes)


def _facts(option: SceneOptions, profile: Profile, given: Attributes, before: Sequence[Scene]) -> Attributes:
    if option.key:
        key, mode = read_key(option.key)
        return Attributes(key=key, mode=mode, tempo=option.tempo or complete(profile, given).tempo)
    home = before[0].key if before and not option.modulate else None if option.modulate else given.key
    return complete(profile, Attributes(key=home, mode=given.mode, tempo=option.tempo or given.tempo))


def _names(options: Sequence[SceneOptions], profiles: Sequence[Profile]) -> list[str]:
    """Return a name a scene: its own, or that of an earlier scene of the same profile, or the next free letter."""
    names: list[str] = []
    for option, profile in zip(options, profiles, strict=True):
        taken = {*names, *(other.name for other in options)}
        same = next((name for name, other in zip(names, profiles, strict=False) if other == profile), None)
        free = next((letter for letter in LETTERS if letter not in taken), f"scene {len(names) + 1}")
        names.append(option.name or same or free)
    return names


def mean_profile(scenes: Sequence[Scene]) -> Profile:
    """Return the mean of the scenes' profiles, each weighted by how long it lasts.

    Spin is the sign that lasts longer; a bias is active where it is so for half of the time or more.
    """
    total = sum(scene.weight for scene in scenes)
    vectors = [(scene.weight / total, scene.profile.to_vector()) for scene in scenes]
    means = [sum(weight * vector[place] for weight, vector in vectors) for place in range(len(DIMENSIONS))]
    for place, dimension in enumerate(DIMENSIONS):
        means[place] = min(dimension.high, max(dimension.low, means[place]))
        if dimension.name == "physics.spin":
            means[place] = 1.0 if means[place] >= 0 else -1.0
        elif dimension.name.removeprefix("bias.") in BIASES:
            means[place] = float(means[place] >= 0.5)
    given = frozenset().union(*(scene.profile.given for scene in scenes))
    return evolve(Profile.from_vector(means), given=given)


def plan_of_scenes(scenes: Sequence[Scene], time_signature: tuple[int, int]) -> Plan:
    """Return the plan that walks through the scenes: a bar's numbers and tempo move over each transition."""
    total = sum(scene.bars for scene in scenes)
    bars: list[BarPlan] = []
    for place, scene in enumerate(scenes):
        for offset in range(scene.bars):
            before = scenes[place - 1] if offset < scene.transition else scene
            share = (offset + 1) / (scene.transition + 1) if before is not scene else 1.0
            bars.append(_bar(before, scene, share, len(bars), total))
    first = scenes[0]
    repetition = targets_of(mean_profile(scenes))["repetition"]
    plan = Plan(key=first.key, mode=first.mode, tempo=first.tempo, bars=tuple(bars), time_signature=time_signature)
    return evolve(plan, bars=with_repeats(_only_changes(plan), repetition))


def _bar(before: Scene, scene: Scene, share: float, index: int, total: int) -> BarPlan:
    old, new = (arched(bar_targets(s.profile), index, total) for s in (before, scene))
    numbers = {name: (1 - share) * getattr(old, name) + share * getattr(new, name) for name in CURVES}
    tempo = round((1 - share) * before.tempo + share * scene.tempo, 2)
    return evolve(new, **numbers, section=scene.name, tempo=tempo, key=scene.key, mode=scene.mode)


def _only_changes(plan: Plan) -> list[BarPlan]:
    """Return the bars with tempo, key and mode only where they differ from before."""
    tempo: float | None = plan.tempo
    key, mode = (plan.key, plan.mode)
    bars = []
    for bar in plan.bars:
        moved = (bar.key, bar.mode) != (key, mode)
        bars.append(
            evolve(
                bar,
                tempo=None if bar.tempo == tempo else bar.tempo,
                key=bar.key if moved else None,
                mode=bar.mode if moved else None,
            )
        )
        tempo, key, mode = bar.tempo, bar.key or key, bar.mode or mode
    return bars
