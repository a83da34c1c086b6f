"""Targets: what a profile asks of a bar and of a piece, by the control map."""

from __future__ import annotations

from functools import lru_cache
from math import log2
from typing import Any

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import NEUTRAL, lean
from psychoscore_core.planning.facts import TRAUMA_TURNS, dynamics_of, mode_of, tempo_of
from psychoscore_core.profile import Profile
from psychoscore_core.records import CONTRAST_MAX, DENSITY_MAX, POLYPHONY_MAX, SPAN_MAX, BarPlan

# What 1 in a bar's plan is, in the attribute's unit.
UNITS = {
    "density": DENSITY_MAX,
    "irregularity": ATTRIBUTES["irregularity"].high,
    "articulation": 1.0,
    "dynamics": 127.0,
    "contrast": CONTRAST_MAX,
    "register": 127.0,
    "span": SPAN_MAX,
    "polyphony": POLYPHONY_MAX,
    "chromaticism": 1.0,
    "strain": 1.5,  # of a bar's tension
}
LEADING_TONES = 0.05  # share of notes that dark modes borrow: the raised seventh of their dominants
SIXTEENTHS = 16  # of a bar of four quarters: the grid that onsets are counted on
NEAR_ENOUGH = 1 / 6  # of the density, by which a bar may have more or fewer onsets so that they come evenly
BY_BRIGHTNESS = ("Locrian", "Phrygian", "Aeolian", "Dorian", "Mixolydian", "Ionian", "Lydian")  # a fifth apart each


def targets_of(profile: Profile) -> dict[str, float]:
    """Return what a profile asks of each of the 15 attributes, in its unit; most lie within the attribute's range."""
    found = {name: start + lean(name, profile) for name, start in NEUTRAL.items()}
    found["tempo"] = tempo_of(profile)
    found["brightness"] = BY_BRIGHTNESS.index(mode_of(profile)) - 3.0
    found["chromaticism"] += LEADING_TONES * (profile.trauma > TRAUMA_TURNS)
    found["dynamics"] = dynamics_of(profile)[1] + lean("dynamics", profile)
    bounded = {name: _bounded(name, found[name]) for name in ATTRIBUTES}
    return bounded | {"irregularity": playable_irregularity(bounded["irregularity"], bounded["density"])}


def bar_targets(profile: Profile) -> BarPlan:
    """Return the bar that a profile asks for in the middle of a piece; see `psychoscore_core.records.BarPlan`."""
    wanted = targets_of(profile)
    numbers: dict[str, Any] = {name: wanted[name] / unit for name, unit in UNITS.items()}
    return BarPlan(tension=numbers.pop("strain"), **numbers)


def _bounded(name: str, value: float) -> float:
    low = ATTRIBUTES[name].low if name in ("density", "articulation", "polyphony", "span") else 0.0
    if name == "brightness":
        return value
    return min(max(value, low), UNITS.get(name, ATTRIBUTES[name].high))


def playable_irregularity(bits: float, density: float) -> float:
    """Return the entropy of inter-onset intervals, in bits, nearest to a wish that so many onsets a bar allow."""
    least, most = reach_of_rhythm(round(density, 2))
    return min(max(bits, least), most)


@lru_cache(maxsize=2048)
def reach_of_rhythm(density: float) -> tuple[float, float]:
    """Return the least and the most entropy, in bits, of inter-onset intervals on sixteenths.

    density: onsets in a bar of four quarters. The most is the entropy of intervals of which only the mean is known
    (geometric: the maximum of entropy); the least that of the most even number of onsets within a sixth of the density.
    """
    density = min(float(SIXTEENTHS), max(1.0, density))
    share = density / SIXTEENTHS
    most = entropy_of_two(share) / share
    counts = [n for n in range(1, SIXTEENTHS + 1) if abs(n - density) <= NEAR_ENOUGH * density] or [round(density)]
    return min(most, *(entropy_of_two(SIXTEENTHS % count / count) for count in counts)), most


def entropy_of_two(share: float) -> float:
    """Return the entropy in bits of two kinds, one of which has this share."""
    return 0.0 if share in (0.0, 1.0) else -share * log2(share) - (1 - share) * log2(1 - share)
