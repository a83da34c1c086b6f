"""Encode: a profile becomes a vector, prefix tokens and bar conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Condition, ConditionSpace, Plan

if TYPE_CHECKING:
    from symusic import Score
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
