"""The profile encoder `emotion`: what a profile says of valence and arousal, and what each bar is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psychoscore_compound_word.emotion import Emotion, emotion_of
from psychoscore_compound_word.layout import EMOTIONS
from psychoscore_compound_word.plugin import EmotionConfig
from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, Condition, ConditionSpace, Plan
from psychoscore_core.rule_table import complete
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.prefix import all_names, attribute_tokens
from psychoscore_psychometric.psychometric import PsychometricEncoder
from psychoscore_vgmidi.moods import STRONG

if TYPE_CHECKING:
    from symusic import Score

VECTOR = ("valence", "arousal", "quadrant.1", "quadrant.2", "quadrant.3", "quadrant.4")
ATTRIBUTES = ("KEY_", "MODE_", "TEMPO_")


class EmotionEncoder:
    """Encodes a profile as six numbers: valence and arousal, -1 to 1, and which of the four quadrants it is in, if any.

    The prefix names the quadrant, and key, mode and tempo as far as they are known. Bars are `psychometric`'s.
    """

    def __init__(self, config: EmotionConfig) -> None:
        self._bars = PsychometricEncoder(PsychometricConfig(prefix=False, max_bars=config.max_bars))
        self._prefix = config.prefix
        self.space = ConditionSpace(vector=VECTOR, bar=self._bars.space.bar)
        attributes = tuple(name for name in all_names() if name.startswith(ATTRIBUTES))
        self.prefix_tokens = (*EMOTIONS, *attributes) if config.prefix else ()

    def encode(self, profile: Profile, attributes: Attributes | None = None) -> Condition:
        """Return the condition to make music from; key, mode and tempo left open follow the rule table."""
        return self.encode_piece(profile, complete(profile, attributes))

    def encode_piece(self, profile: Profile, attributes: Attributes) -> Condition:
        """Return the condition of a training piece; unknown attributes, and no emotion, have no prefix token.

        Raises ProfileError on a key, mode or tempo that does not exist.
        """
        emotion = emotion_of(profile)
        named = () if emotion.quadrant is None else (EMOTIONS[emotion.quadrant - 1],)
        prefix = (*named, *attribute_tokens(attributes)) if self._prefix else ()
        return Condition(profile=profile, vector=_vector(emotion), prefix=prefix, attributes=attributes)

    def encode_plan(self, plan: Plan) -> tuple[tuple[float, ...], ...]:
        """Return the numbers of each planned bar; each lies in [0, 1]. Raises RunError on a chord that is none."""
        return self._bars.encode_plan(plan)

    def measure(self, score: Score) -> tuple[tuple[float, ...], ...]:
        """Return the same numbers measured bar by bar, up to the bar of the last onset; () without notes."""
        return self._bars.measure(score)


def _vector(emotion: Emotion) -> tuple[float, ...]:
    classes = (float(emotion.quadrant == number) for number in range(1, 5))
    return (emotion.valence / STRONG, emotion.arousal / STRONG, *classes)
