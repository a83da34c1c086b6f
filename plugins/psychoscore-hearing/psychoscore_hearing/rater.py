"""The rater `attributes`: what a take is like, in the units of `psychoscore_core.attributes`."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from psychoscore_core.records import Take
from psychoscore_hearing.attributes import attributes_of, measure
from psychoscore_hearing.music import hear
from psychoscore_hearing.plugin import AttributesConfig


@frozen
class AttributesRater:
    """Measures every attribute of a take in the keys and modes that its plan gives the bars."""

    config: AttributesConfig

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return the attributes by name, all finite; the units are those of `psychoscore_core.attributes.ATTRIBUTES`.

        A bar is heard in the plan's key of that bar, bars after the plan's last in the last bar's.
        """
        music = hear(take.score, take.plan.key, take.plan.mode)
        if not music.bars:
            return attributes_of(take.score, take.plan.key, take.plan.mode)
        return measure(music.in_keys(take.plan.keys))
