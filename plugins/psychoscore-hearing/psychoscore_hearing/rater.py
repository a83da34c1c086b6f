"""The rater `attributes`: what a take is like, in the units of `psychoscore_core.attributes`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from psychoscore_core.records import Plan, Take
from psychoscore_hearing.attributes import attributes_of, measure
from psychoscore_hearing.music import hear
from psychoscore_hearing.plugin import AttributesConfig
from psychoscore_hearing.tension import harmonic_tension


@frozen
class AttributesRater:
    """Measures every attribute of a take in the keys and modes that its plan gives the bars."""

    config: AttributesConfig

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return the attributes by name, all finite; the units are those of `psychoscore_core.attributes.ATTRIBUTES`.

        `tension_fit` is 1 where every bar is as tense as planned, and less the further it is from that. A bar is heard
        in the plan's key of that bar, bars after the plan's last in the last bar's.
        """
        music = hear(take.score, take.plan.key, take.plan.mode)
        if not music.bars:
            return attributes_of(take.score, take.plan.key, take.plan.mode) | {"tension_fit": 0.0}
        music = music.in_keys(take.plan.keys)
        return measure(music) | {"tension_fit": tension_fit(harmonic_tension(music), take.plan)}


def tension_fit(tension: np.ndarray, plan: Plan) -> float:
    """Return 1 less the mean distance of the heard tension (bars,) from the plan's; bars that are missing count 1."""
    planned = np.array([bar.tension for bar in plan.bars])
    heard = tension[: len(planned)]
    return float(1 - (np.abs(planned[: len(heard)] - heard).sum() + len(planned) - len(heard)) / max(1, len(planned)))
