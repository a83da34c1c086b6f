"""Wants: how tense each bar's chords should be, and which chords a degree has to offer for it."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from psychoscore_core.planning.targets import UNITS, targets_of
from psychoscore_rules.chord_names import COLOURS, MINOR_THIRD, Named
from psychoscore_rules.chord_tension import tension_at
from psychoscore_rules.scales import Scale
from psychoscore_rules.setting import Setting

NEAR = 0.04  # a difference of tension that does not matter
FLAT = 0.15  # a range of tension below which the curve counts ever less
WEIGHT, LEAST_WEIGHT = 160.0, 30.0  # of a squared difference of tension, against the negative logarithm of a weight
DISSONANT = 3.0  # of a squared difference of diameter
SPREAD = 2.7  # share of a scale's room for tension that each unit of the curve's width is given
# Targets, and the means over half bars that chords are given for them: from triads to dominant sevenths, and as far
# from home as songs go.
REACHED = {
    "dissonance": ((0.95, 3.0), (1.75, 2.75)),
    "movement": ((0.0, 1.0), (0.05, 1.1)),
    "strain": ((0.15, 1.35), (0.45, 0.95)),
}
CALMEST, TENSEST = 0.0, 0.9  # quantiles of a scale's chords that the curve is laid between
FOREIGN = ("", "m", "7", "m7b5", "dim7")  # qualities that may leave the scale


@frozen
class Wants:
    """The chord tension that each bar asks for, its share of what the scale can do, and how much it counts.

    dissonance, movement, strain: the means over half bars that the piece asks for, in the attribute's unit.
    foreign: share of tones outside the scale, the mean over bars.
    """

    tensions: tuple[float, ...]
    shares: tuple[float, ...]
    weight: float
    dissonance: float
    movement: float
    strain: float
    foreign: float

    def cost(self, bar: int, tension: float) -> float:
        return self.weight * max(0.0, abs(tension - self.tensions[bar]) - NEAR) ** 2

    def width(self, diameter: float) -> float:
        """Return what a chord costs whose cloud is wider or narrower than the piece's are to be."""
        return DISSONANT * (diameter - self.dissonance) ** 2


def wants_of(setting: Setting) -> Wants:
    """Lay the plan's tension over what the chords of each bar's scale can do, and read the profile's targets.

    A curve that spans 0.37 of [0, 1] or more is given the whole room; a flatter one a part of it, around the level
    that dissonance and strain make. The mean strain is that of the plan's tension, which the user may have drawn.
    """
    curve = [bar.tension for bar in setting.plan.bars]
    low, width, mean = min(curve), max(curve) - min(curve), sum(curve) / len(curve)
    room = min(1.0, SPREAD * width)
    rises = [room * ((tension - low) / width if width else 0.0) for tension in curve]
    reaches = [_reach(setting.scale(setting.section(bar))) for bar in range(setting.bars)]
    targets = targets_of(setting.profile)
    dissonance, movement = (_reached(name, targets[name]) for name in ("dissonance", "movement"))
    strain = _reached("strain", UNITS["strain"] * mean)
    level = tension_at(dissonance, strain)
    wants = []
    for rise, (calm, tense) in zip(rises, reaches, strict=True):
        start = min(tense - room * (tense - calm), max(calm, level - (tense - calm) * sum(rises) / len(rises)))
        wants.append(start + rise * (tense - calm))
    return Wants(
        tensions=tuple(wants),
        shares=tuple((1 - room) * mean + rise for rise in rises),
        weight=max(LEAST_WEIGHT, WEIGHT * min(1.0, width / FLAT)),
        dissonance=dissonance,
        movement=movement,
        strain=strain,
        foreign=sum(bar.chromaticism for bar in setting.plan.bars) / len(curve),
    )


def _reached(name: str, target: float) -> float:
    """Return what a target is laid to between the least and the most that chords can do."""
    (low, high), (least, most) = REACHED[name]
    share = (target - low) / (high - low)
    return least + (most - least) * min(1.0, max(0.0, share))


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


def leads(named: Named, scale: Scale) -> bool:
    """Say whether a chord is the dominant of a minor key, with the leading tone that its mode has not."""
    fifth_above = (named.root - scale.tonic) % 12 == 7
    return fifth_above and named.quality in ("", "7") and scale.intervals[2] == MINOR_THIRD
