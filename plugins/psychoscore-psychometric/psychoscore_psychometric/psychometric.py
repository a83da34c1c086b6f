"""The profile encoder `psychometric`: 57 numbers, named prefix tokens, and what each bar is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.records import Attributes, Condition, ConditionSpace, Plan
from psychoscore_core.rule_table import complete
from psychoscore_psychometric.bars import NAMES, planned
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.prefix import all_names, attribute_tokens, profile_tokens, stated

if TYPE_CHECKING:
    from symusic import Score

EVERY_DIMENSION = frozenset(dimension.name for dimension in DIMENSIONS)


class PsychometricEncoder:
    """Encodes a profile as its 57 numbers and as prefix tokens quantised to tenths.

    The prefix speaks only of what the profile states (`Profile.given`, or what differs from neutral where nothing
    is marked as given), in making as in training: a model never learns a token from a value that stands in for an
    unknown one, and a partial profile looks in making as a partly known piece looked in training. The vector
    always holds all 57 numbers.
    """

    def __init__(self, config: PsychometricConfig) -> None:
        self.config = config
        self.space = ConditionSpace(
            vector=tuple(dimension.name for dimension in DIMENSIONS),
            bar=NAMES,
        )
        self.prefix_tokens = all_names() if config.prefix else ()

    def encode(self, profile: Profile, attributes: Attributes | None = None) -> Condition:
        """Return the condition to make music from; key, mode and tempo left open follow the rule table."""
        return self.encode_piece(profile, complete(profile, attributes))

    def encode_piece(self, profile: Profile, attributes: Attributes) -> Condition:
        """Return the condition of a training piece; unknown attributes and dimensions have no prefix token.

        Raises ProfileError on a key, mode or tempo that does not exist.
        """
        known = stated(profile) if self.config.only_given else EVERY_DIMENSION
        prefix = (*profile_tokens(profile, known), *attribute_tokens(attributes)) if self.config.prefix else ()
        return Condition(profile=profile, vector=profile.to_vector(), prefix=prefix, attributes=attributes)

    def encode_plan(self, plan: Plan) -> tuple[tuple[float, ...], ...]:
        """Return the numbers of each planned bar; each lies in [0, 1]. Raises RunError on a chord that is none."""
        return planned(plan)

    def measure(self, score: Score) -> tuple[tuple[float, ...], ...]:
        """Return the same numbers measured bar by bar, up to the bar of the last onset; () without notes."""
        from psychoscore_psychometric.measure import bar_features

        return tuple(map(tuple, bar_features(score, self.config.max_bars).tolist()))
