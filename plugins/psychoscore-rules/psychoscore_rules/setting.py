"""What every part of the composer works from: the plan, the character, the metre and seeded chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property, lru_cache

from attrs import define

from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, SCALES, BarPlan, Plan
from psychoscore_rules.character import Character, character_of
from psychoscore_rules.dice import dice
from psychoscore_rules.form import Phrase, Section, phrases_of, sections_of
from psychoscore_rules.meter import Meter, meter_of
from psychoscore_rules.scales import Scale


@define(frozen=True, slots=False, kw_only=True)
class Setting:
    """A piece to be composed; `temperatures` has one value per bar."""

    profile: Profile
    character: Character
    plan: Plan
    meter: Meter
    temperatures: tuple[float, ...]
    seed: int
    sections: tuple[Section, ...]
    phrases: tuple[Phrase, ...]

    def dice(self, *place: object) -> random.Random:
        return dice(self.seed, *place)

    @cached_property
    def home(self) -> Scale:
        return Scale(KEYS.index(self.plan.key), SCALES[self.plan.mode])

    def scale(self, section: Section) -> Scale:
        """Return the scale of a section; the tonic stays within a tritone of home."""
        shift = (section.shift + 5) % 12 - 5
        return _scale(self.home.tonic + shift, section.mode_in(self.plan))

    def section(self, bar: int) -> Section:
        return next(section for section in reversed(self.sections) if section.start <= bar)

    def bar(self, index: int) -> BarPlan:
        return self.plan.bars[index]

    @property
    def bars(self) -> int:
        return len(self.plan.bars)

    def register(self, index: int) -> float:
        """Return the middle of a bar's texture as a MIDI pitch, kept where instruments sound."""
        return min(88.0, max(40.0, 127 * self.plan.bars[index].register))


@lru_cache(maxsize=256)
def _scale(tonic: int, mode: str) -> Scale:
    return Scale(tonic, SCALES[mode])


def setting_of(profile: Profile, plan: Plan, seed: int, temperatures: Sequence[float] = ()) -> Setting:
    """Return the setting of a piece; temperatures: one per bar, or none while nothing is drawn by them.

    Raises ValueError on a plan without bars and on an unusable time signature.
    """
    if not plan.bars:
        raise ValueError("a plan needs at least one bar")
    character = character_of(profile)
    sections = sections_of(plan.bars, character, seed, plan)
    return Setting(
        profile=profile,
        character=character,
        plan=plan,
        meter=meter_of(*plan.time_signature),
        temperatures=tuple(temperatures) or (1.0,) * len(plan.bars),
        seed=seed,
        sections=tuple(sections),
        phrases=tuple(phrases_of(sections, character)),
    )
