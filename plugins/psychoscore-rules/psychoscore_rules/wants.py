"""Wants: how tense each bar's chords should be, and which chords a degree has to offer for it."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from psychoscore_rules.chord_names import COLOURS, Named
from psychoscore_rules.scales import Scale
from psychoscore_rules.setting import Setting

NEAR = 0.04  # a difference of tension that does not matter
FLAT = 0.15  # a range of tension below which the curve counts ever less
WEIGHT, LEAST_WEIGHT = 90.0, 20.0  # of a squared difference of tension, against the negative logarithm of a weight
CALMEST, TENSEST = 0.0, 0.9  # quantiles of a scale's chords that the curve is laid between
FOREIGN = ("", "m", "7", "m7b5", "dim7")  # qualities that may leave the scale


@frozen
class Wants:
    """The chord tension that each bar asks for, its share of what the scale can do, and how much it counts."""

    tensions: tuple[float, ...]
    shares: tuple[float, ...]
    weight: float

    def cost(self, bar: int, tension: float) -> float:
        return self.weight * max(0.0, abs(tension - self.tensions[bar]) - NEAR) ** 2


def wants_of(setting: Setting) -> Wants:
    """Lay the plan's tension over what the chords of each bar's scale can do.

    A curve that spans half of [0, 1] or more is given the whole room; a flatter one a part of it, around its level.
    """
    curve = [bar.tension for bar in setting.plan.bars]
    low, width = min(curve), max(curve) - min(curve)
    room = min(1.0, 2 * width)
    level = (1 - room) * sum(curve) / len(curve)
    shares = [level + room * ((tension - low) / width if width else 0.0) for tension in curve]
    reaches = [_reach(setting.scale(setting.section(bar))) for bar in range(setting.bars)]
    wants = [calm + (tense - calm) * share for share, (calm, tense) in zip(shares, reaches, strict=True)]
    return Wants(tuple(wants), tuple(shares), max(LEAST_WEIGHT, WEIGHT * min(1.0, width / FLAT)))


@lru_cache(maxsize=256)
def _reach(scale: Scale) -> tuple[float, float]:
    tensions = sorted(named.tension(scale) for degree in range(7) for named in offers(scale, degree))
    return tuple(tensions[round(share * (len(tensions) - 1))] for share in (CALMEST, TENSEST))  # type: ignore[return-value]  # two of them


@lru_cache(maxsize=2048)
def offers(scale: Scale, degree: int) -> tuple[Named, ...]:
    """Return the chords on a degree (0 = tonic) whose tones all lie in the scale, the plainest first."""
    root = scale.pitch(degree) % 12
    return tuple(named for named in (Named(root, quality) for quality in COLOURS) if not named.foreign(scale))


@lru_cache(maxsize=2048)
def foreign_offers(scale: Scale, degree: int) -> tuple[Named, ...]:
    """Return chords on a degree, or the lowered second, sixth or seventh, with one or two foreign tones."""
    root = scale.pitch(degree) % 12
    found = [Named(root, quality) for quality in FOREIGN]
    if degree in (1, 5, 6):
        found.append(Named((root - 1) % 12, ""))
    return tuple(named for named in found if 0 < named.foreign(scale) <= 2)
