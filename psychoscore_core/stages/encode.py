"""Encode: a profile, or a timeline of several, becomes a vector, prefix tokens and bar conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from psychoscore_core.planning.given import home_of
from psychoscore_core.planning.timeline import Scene, mean_profile, scenes_of
from psychoscore_core.profile import Profile
from psychoscore_core.profile_json import profile_from_json, read_profile
from psychoscore_core.records import Attributes, Condition, ConditionSpace, Plan

if TYPE_CHECKING:
    from symusic.core import ScoreTick as Score

    from psychoscore_core.config.model import Generation
else:
    Score = Any


class ProfileEncoder(Protocol):
    """What a profile encoder is; built as `Class(config)`."""

    space: ConditionSpace
    prefix_tokens: tuple[str, ...]  # every prefix token name that encode() can give, in a fixed order

    def encode(self, profile: Profile, attributes: Attributes | None = None) -> Condition:
        """Return the condition of a profile; what attributes leave open follows from the profile (rule table)."""

    def encode_piece(self, profile: Profile, attributes: Attributes) -> Condition:
        """Return the condition of a training piece: what attributes leave open is left out of the prefix."""

    def encode_plan(self, plan: Plan) -> tuple[tuple[float, ...], ...]:
        """Return one condition per bar, in the order of `space.bar`, each number in [0, 1]."""

    def measure(self, score: Score) -> tuple[tuple[float, ...], ...]:
        """Measure the same numbers from the notes of a score, bar by bar."""


@frozen(kw_only=True)
class Asked:
    """One take that the config asks for: its name, its encoded profile and its seed; the scenes of a timeline."""

    name: str
    condition: Condition
    seed: int
    scenes: tuple[Scene, ...] = ()


def read_profiles(generation: Generation, folder: Path, name: str) -> dict[str, Profile]:
    """Return the profiles that a config names: `profiles` by name, else `profile`, else the neutral one.

    A text is a file in the project folder, or a bundled profile's name; an object is the profile itself.
    """
    sources = dict(generation.profiles)
    if not sources:
        sources = {name: {} if generation.profile is None else generation.profile}
    return {label: _profile(source, folder, label) for label, source in sources.items()}


def _profile(source: object, folder: Path, label: str) -> Profile:
    if not isinstance(source, str):
        return profile_from_json(source, f"generation profile {label!r}")
    path = folder / source
    return read_profile(path if path.exists() else source)


def read_scenes(generation: Generation, folder: Path) -> tuple[Scene, ...]:
    """Return the scenes of a config's timeline, () where it has none."""
    profiles = [
        _profile(scene.profile, folder, f"timeline[{index}]") for index, scene in enumerate(generation.timeline)
    ]
    return scenes_of(generation.timeline, profiles, home_of(generation), time_signature_of(generation))


def time_signature_of(generation: Generation) -> tuple[int, int]:
    """Return beats and beat unit of a take."""
    numerator, denominator = (int(part) for part in generation.time_signature.split("/"))
    return numerator, denominator


def encode(
    encoder: ProfileEncoder,
    profiles: Mapping[str, Profile],
    generation: Generation,
    scenes: Sequence[Scene] = (),
) -> list[Asked]:
    """Encode every profile once; take k of a profile has the seed `generation.seed + k`.

    A timeline of scenes is encoded as the mean of their profiles, in the key of the first and at the mean tempo;
    `profiles` then has only the name of the take.
    """
    given = home_of(generation)
    if scenes:
        profiles = dict.fromkeys(profiles, mean_profile(scenes))
        tempo = sum(scene.bars for scene in scenes) / sum(scene.weight for scene in scenes)
        given = Attributes(key=scenes[0].key, mode=scenes[0].mode, tempo=tempo)
    asked = []
    for label, profile in profiles.items():
        condition = encoder.encode(profile, given)
        for k in range(generation.takes):
            name = f"{label}-{k + 1}" if generation.takes > 1 else label
            seed = generation.seed + k
            asked.append(Asked(name=name, condition=condition, seed=seed, scenes=tuple(scenes)))
    return asked
