"""The takes of one run: what each was asked for, what is heard in it, bar by bar, and all of them together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.records import Take
from psychoscore_evaluation.control import measured, rank_correlation
from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.music import FIGURES, figures
from psychoscore_evaluation.requested import OWN_UNIT, SCALE, requested
from psychoscore_evaluation.statistics import correlation, estimated, mean_by_t, mean_of
from psychoscore_hearing.bars import BarTable, bar_table
from psychoscore_hearing.music import Music, hear
from psychoscore_hearing.spiral import tension_ribbons
from psychoscore_hearing.tension import felt_tension

RATER = "attributes"  # whose ratings are taken over where a run has them
BAR_BY_BAR = ("density", "articulation", "dynamics", "register", "polyphony", "chromaticism")  # whose bars have a mean
DRAWN = ("density", "dynamics", "register")  # that are also told bar by bar
CURVES = {"harmonic_tension": "harmonic", "felt_tension": "felt"}
LEAST_PROFILES = 8  # from which control over them is told
VARIES = 1e-6  # of an attribute's usual range


def record_of(takes: Sequence[Take]) -> dict[str, Any]:
    """Return report.json: every take by name, all together where there are several, control where there are many."""
    rng = np.random.default_rng(0)
    units = profile_of(takes)
    found = {take.name: _take(take, rng) for take in takes}
    record: dict[str, Any] = {
        "about": {
            "takes": len(takes),
            "profiles": len(set(units)),
            "interval": "95%",
            "units": {name: attribute.unit for name, attribute in ATTRIBUTES.items()},
            "figures": dict(FIGURES),
        },
        "takes": found,
    }
    if len(takes) > 1:
        unit = np.array(units if len(set(units)) > 1 else range(len(takes)))
        record["together"] = _together(list(found.values()), unit, rng)
        record["control"] = _control(takes, list(found.values()), units, rng)
    return record


def profile_of(takes: Sequence[Take]) -> list[int]:
    """Return the number of each take's profile, by the order in which they come."""
    known: list[Any] = []
    for take in takes:
        if take.condition.profile not in known:
            known.append(take.condition.profile)
    return [known.index(take.condition.profile) for take in takes]


def _take(take: Take, rng: np.random.Generator) -> dict[str, Any]:
    plan = take.plan
    music = hear(take.score, plan.key, plan.mode).in_keys(plan.keys)
    bars = bar_table(take.score, music)
    curves = {"planned": np.array([bar.tension for bar in plan.bars]), "harmonic": bars.tension}
    curves["felt"] = felt_tension(music, bars.tension)
    return {
        "plan": {
            "key": plan.key,
            "mode": plan.mode,
            "tempo": plan.tempo,
            "time_signature": "/".join(map(str, plan.time_signature)),
            "bars": len(plan.bars),
            "sections": [bar.section for bar in plan.bars],
            "chords": [bar.chord for bar in plan.bars],
        },
        "seed": take.seed,
        "attributes": _attributes(take, music, bars),
        "tension": {name: _rounded(curve) for name, curve in curves.items()},
        "bars": {name: _course(take, bars, name) for name in DRAWN},
        "figures": _figures(take, curves, rng),
    }


def _attributes(take: Take, music: Music, bars: BarTable) -> dict[str, Any]:
    asked, heard = requested(take.plan), _rated(take) or measured(take)
    within = _bar_values(music, bars)
    return {
        name: {"asked": _number(asked[name]), "measured": _around(heard[name], within.get(name)).json()}
        for name in ATTRIBUTES
    }


def _rated(take: Take) -> dict[str, float] | None:
    """Return the attributes as the run's rater has measured them, None where it has not."""
    found = {name: take.ratings.get(f"{RATER}.{name}", math.nan) for name in ATTRIBUTES}
    return found if all(map(math.isfinite, found.values())) else None


def _bar_values(music: Music, bars: BarTable) -> dict[str, np.ndarray]:
    """Return the bars' values of every attribute that a piece has as the mean of its bars, in its unit."""
    found = {name: SCALE[name] * getattr(bars, name) for name in BAR_BY_BAR} | {"tempo": bars.tempo}
    for name, halves in zip(("dissonance", "movement", "strain"), tension_ribbons(music), strict=True):
        found[name] = halves[np.isfinite(halves)]
    return found


def _around(value: float, bars: np.ndarray | None) -> Estimate:
    """Return a take's value with Student's interval by the spread of its bars, where these are known."""
    if bars is None or len(bars) < 2:
        return Estimate.of(value, n=0 if bars is None else len(bars))
    spread = mean_by_t(bars)
    half = ((spread.high or 0.0) - (spread.low or 0.0)) / 2
    return Estimate.of(value, value - half, value + half, n=len(bars))


def _course(take: Take, bars: BarTable, name: str) -> dict[str, list[float | None]]:
    asked = np.array([getattr(bar, name) for bar in take.plan.bars])
    return {"asked": _rounded(SCALE[name] * asked), "measured": _rounded(SCALE[name] * getattr(bars, name))}


def _figures(take: Take, curves: Mapping[str, np.ndarray], rng: np.random.Generator) -> dict[str, Any]:
    found = {name: Estimate.of(value, n=1) for name, value in figures(take.score, take.plan).items()}
    for name, curve in CURVES.items():
        bars = min(len(curves["planned"]), len(curves[curve]))
        if found[name].value is not None:
            found[name] = estimated(_correlation(curves["planned"][:bars], curves[curve][:bars]), bars, rng)
    return {name: estimate.json() for name, estimate in found.items()}


def _correlation(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda weights: correlation(x, y, weights)


def _together(found: Sequence[Mapping[str, Any]], unit: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Return means over the takes: of each attribute asked, measured and by how much it is off, and of each figure."""
    attributes = {}
    for name in ATTRIBUTES:
        asked = _column(take["attributes"][name]["asked"] for take in found)
        heard = _column(take["attributes"][name]["measured"]["value"] for take in found)
        of = {"asked": mean_of(asked, unit, rng), "measured": mean_of(heard, unit, rng)}
        of |= {"off": mean_of(heard - asked, unit, rng)} if name in OWN_UNIT else {}
        attributes[name] = {key: estimate.json() for key, estimate in of.items()}
    shares = {name: mean_of(_column(take["figures"][name]["value"] for take in found), unit, rng) for name in FIGURES}
    return {"attributes": attributes, "figures": {name: of.json() for name, of in shares.items()}}


def _control(
    takes: Sequence[Take], found: Sequence[Mapping[str, Any]], units: Sequence[int], rng: np.random.Generator
) -> dict[str, Any]:
    """Return Spearman's correlation of asked and measured over the profiles, None where nothing else was asked."""
    groups = [[i for i, unit in enumerate(units) if unit == profile] for profile in sorted(set(units))]
    if len(groups) < LEAST_PROFILES:
        return {"skipped": f"{len(groups)} of at least {LEAST_PROFILES} different profiles"}
    each = min(map(len, groups))
    chosen = np.array([group[:each] for group in groups])  # (profiles, takes)
    attributes: dict[str, Any] = {}
    for name, attribute in ATTRIBUTES.items():
        asked = _column(take["attributes"][name]["asked"] for take in found)[chosen]
        heard = _column(take["attributes"][name]["measured"]["value"] for take in found)[chosen]
        aimed = np.array([targets_of(take.condition.profile)[name] for take in takes])[chosen]
        varies = np.isfinite(asked).all() and np.ptp(asked) > VARIES * (attribute.high - attribute.low)
        of = {"spearman": rank_correlation(asked, heard, rng), "of_profile": rank_correlation(aimed, heard, rng)}
        attributes[name] = {key: estimate.json() for key, estimate in of.items()} if varies else None
    return {"profiles": len(groups), "takes": each, "attributes": attributes}


def _column(values: Any) -> np.ndarray:
    return np.array([math.nan if value is None else value for value in values], dtype=float)


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None


def _rounded(values: np.ndarray) -> list[float | None]:
    return [_number(round(float(value), 4)) for value in values]
