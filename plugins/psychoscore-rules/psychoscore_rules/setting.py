"""What every part of the composer works from: the plan, the character, the metre and seeded chance."""

from __future__ import annotations

import random
from functools import cached_property

from attrs import define

from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, BarPlan, Plan
from psychoscore_rules.character import Character
from psychoscore_rules.dice import dice
from psychoscore_rules.form import Phrase, Section
from psychoscore_rules.meter import Meter
from psychoscore_rules.scales import INTERVALS, Scale


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
        return Scale(KEYS.index(self.plan.key), INTERVALS[self.plan.mode])

    def scale(self, section: Section) -> Scale:
        """Return the scale of a section; the tonic stays within a tritone of home."""
        shift = (section.shift + 5) % 12 - 5
        return Scale(self.home.tonic + shift, self.home.intervals)

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
