"""Targets: what a profile asks of a bar and of a piece, by the control map."""

from __future__ import annotations

from typing import Any

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import NEUTRAL, lean
from psychoscore_core.planning.facts import dynamics_of, mode_of, tempo_of
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
BY_BRIGHTNESS = ("Locrian", "Phrygian", "Aeolian", "Dorian", "Mixolydian", "Ionian", "Lydian")  # a fifth apart each


def targets_of(profile: Profile) -> dict[str, float]:
    """Return what a profile asks of each of the 15 attributes, in its unit; most lie within the attribute's range."""
    found = {name: start + lean(name, profile) for name, start in NEUTRAL.items()}
    found["tempo"] = tempo_of(profile)
    found["brightness"] = BY_BRIGHTNESS.index(mode_of(profile)) - 3.0
    found["dynamics"] = dynamics_of(profile)[1] + lean("dynamics", profile)
    return {name: _bounded(name, found[name]) for name in ATTRIBUTES}


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
