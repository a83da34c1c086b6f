"""The rater `judge`: what the judge thinks of a take, and how often it is right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from psychoscore_core.errors import DataError
from psychoscore_core.records import Take
from psychoscore_judge.judge import Judge
from psychoscore_judge.plugin import JudgeConfig

NEUTRAL = 0.5


class JudgeRater:
    """Rates takes with a judge that is fitted when the first one comes."""

    def __init__(self, config: JudgeConfig) -> None:
        self.config = config

    @cached_property
    def _judge(self) -> Judge:
        return Judge.fit(self.config.path, self.config.cache)

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return the verdict; a take without pitched notes has every quadrant at 0.25. Raises DataError without EMOPIA.

        valence, arousal, q1 to q4: probabilities. quadrant: 1 to 4, 0 where there is nothing to judge. accuracy: how
        often such a verdict has the right quadrant, by cross-validation.
        """
        judge = self._judge
        try:
            verdict = judge.judge([take.score])[0]
        except DataError:  # only of a score without notes: the corpus has been read
            return _ratings(0, (0.25,) * 4, NEUTRAL, NEUTRAL, judge.accuracy.quadrant.value)
        accuracy = judge.accuracy if verdict.loudness else judge.accuracy_of_notes
        number = int(verdict.quadrant[1])
        return _ratings(number, verdict.probabilities, verdict.valence, verdict.arousal, accuracy.quadrant.value)


def _ratings(
    quadrant: int, shares: tuple[float, ...], valence: float, arousal: float, accuracy: float
) -> dict[str, float]:
    found = {"valence": valence, "arousal": arousal, "quadrant": float(quadrant)}
    found |= {f"q{number + 1}": share for number, share in enumerate(shares)}
    return found | {"accuracy": accuracy}
