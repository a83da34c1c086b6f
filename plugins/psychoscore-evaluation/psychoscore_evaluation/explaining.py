"""Which dimensions made a piece what it is: by the control map, and by leaving each of them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import NEUTRAL, lean
from psychoscore_core.planning.facts import dynamics_of, key_of, mode_of, tempo_of
from psychoscore_core.planning.targets import BY_BRIGHTNESS, targets_of
from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.records import Take
from psychoscore_evaluation.control import measured
from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.pipeline import Pipeline
from psychoscore_evaluation.statistics import mean_by_t

RSI = "rsi"  # the three registers are one: none can change alone
LEAST = 0.02  # of an attribute's usual range, from which a share counts
UNMAPPED = 0.05  # the same for a change that the map does not speak of: of so many, some move by chance
_PIECE = "piece"
_SAME = 1e-9


@frozen(kw_only=True)
class Share:
    """What one dimension does to one attribute, in the attribute's unit: the profile less the profile without it.

    mapped: by the control map, before the attribute's limits. within: what is left of that within them: little where
    other dimensions alone already reach a limit. heard: in the takes, mean over seeds with Student's interval; None
    where nothing was measured.
    """

    mapped: float
    within: float
    heard: Estimate | None = None

    @property
    def sure(self) -> bool:
        """Say whether the takes move at all: the interval excludes 0; with one seed, any move counts."""
        if self.heard is None or not self.heard.value:
            return False
        low, high = self.heard.low, self.heard.high
        return low is None or high is None or low > 0 or high < 0


@frozen(kw_only=True)
class Explained:
    """One attribute: the profile's target, the neutral profile's, what the takes have, and the dimensions' shares.

    rest: how far the mapped shares miss the way from neutral to target: the attribute's limits, and steps that two
    dimensions take together.
    """

    target: float
    neutral: float
    measured: Estimate | None
    shares: Mapping[str, Share]

    @property
    def rest(self) -> float:
        return self.target - self.neutral - sum(share.mapped for share in self.shares.values())


@frozen(kw_only=True)
class Explanation:
    """A profile explained. values: of every dimension that is not neutral, as text. seeds: 0 by the map alone."""

    values: Mapping[str, str]
    attributes: Mapping[str, Explained]
    facts: Mapping[str, str]
    seeds: int


def without(profile: Profile, name: str) -> Profile:
    """Return the profile with one dimension at its neutral value; "rsi" stands for all three registers."""
    vector = [
        dimension.neutral if dimension.name == name or _group(dimension.name) == name else value
        for dimension, value in zip(DIMENSIONS, profile.to_vector(), strict=True)
    ]
    return evolve(Profile.from_vector(vector), given=profile.given)


def _group(name: str) -> str:
    return RSI if name.startswith("rsi.") else name


def stated(profile: Profile) -> dict[str, str]:
    """Return the dimensions that a profile states and that are not neutral, each with its value as text."""
    found: dict[str, str] = {}
    for dimension, value in zip(DIMENSIONS, profile.to_vector(), strict=True):
        if abs(value - dimension.neutral) > _SAME and dimension.name in profile.given:
            found[_group(dimension.name)] = _shown(dimension.name, value)
    if RSI in found:
        registers = ("real", "symbolic", "imaginary")
        found[RSI] = ", ".join(f"{name} {getattr(profile.rsi, name):.2g}" for name in registers)
    return found


def _shown(name: str, value: float) -> str:
    if name.startswith("bias."):
        return "active"
    return ("up" if value > 0 else "down") if name == "physics.spin" else f"{value:.2f}"


def explain(profile: Profile, pipeline: Pipeline | None = None, seeds: int = 0) -> Explanation:
    """Return what every stated dimension of a profile does; takes are made where a pipeline is given.

    They are `seeds` takes of the profile, and as many, with the same seeds, of it without each dimension in turn.
    """
    values = stated(profile)
    others = {name: without(profile, name) for name in values}
    heard = {} if pipeline is None else _heard(pipeline, {_PIECE: profile, **others}, seeds)
    return Explanation(
        values=values,
        attributes={name: _explained(name, profile, others, heard) for name in ATTRIBUTES},
        facts={"key": key_of(profile), "mode": mode_of(profile)},
        seeds=seeds if heard else 0,
    )


def _heard(pipeline: Pipeline, profiles: Mapping[str, Profile], seeds: int) -> dict[str, list[dict[str, float]]]:
    numbered = {f"take-{index}": profile for index, profile in enumerate(profiles.values())}
    takes: Sequence[Take] = pipeline.takes(numbered, seeds)
    rows = [measured(take) for take in takes]
    return {name: rows[index * seeds : (index + 1) * seeds] for index, name in enumerate(profiles)}


def _explained(
    attribute: str,
    profile: Profile,
    others: Mapping[str, Profile],
    heard: Mapping[str, Sequence[Mapping[str, float]]],
) -> Explained:
    def difference(name: str) -> Estimate | None:
        return mean_by_t(_column(heard[_PIECE], attribute) - _column(heard[name], attribute)) if heard else None

    wanted, target = _wanted(attribute, profile), targets_of(profile)[attribute]
    shares = {
        name: Share(
            mapped=round(wanted - _wanted(attribute, other), 6),
            within=round(target - targets_of(other)[attribute], 6),
            heard=difference(name),
        )
        for name, other in others.items()
    }
    return Explained(
        target=target,
        neutral=targets_of(Profile())[attribute],
        measured=mean_by_t(_column(heard[_PIECE], attribute)) if heard else None,
        shares=shares,
    )


def _column(rows: Sequence[Mapping[str, float]], attribute: str) -> np.ndarray:
    return np.array([row[attribute] for row in rows])


def _wanted(attribute: str, profile: Profile) -> float:
    """Return the target before the attribute's limits: what lies beyond them has its share all the same."""
    if attribute == "tempo":
        return tempo_of(profile)
    if attribute == "brightness":
        return BY_BRIGHTNESS.index(mode_of(profile)) - 3.0
    start = dynamics_of(profile)[1] if attribute == "dynamics" else NEUTRAL[attribute]
    return start + lean(attribute, profile)


def leading(attribute: str, found: Explained, top: int) -> dict[str, Share]:
    """Return the shares of an attribute that count, the largest first, at most `top`.

    A share counts by the map from 2% of the attribute's usual range on; one that the map does not speak of, where the
    takes move by 5% with an interval that excludes 0.
    """
    usual = ATTRIBUTES[attribute].high - ATTRIBUTES[attribute].low

    def size(share: Share) -> float:
        mapped = abs(share.mapped) / usual
        heard = abs(share.heard.value or 0.0) / usual if share.heard and share.sure else 0.0
        return max(mapped if mapped >= LEAST else 0.0, heard if mapped >= LEAST or heard >= UNMAPPED else 0.0)

    kept = [(name, share) for name, share in found.shares.items() if size(share) > 0]
    return dict(sorted(kept, key=lambda pair: -size(pair[1]))[:top])


def record(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as JSON; `leading` names the dimensions that count, in the order of the text."""
    return {
        **explanation.facts,
        "seeds": explanation.seeds,
        "dimensions": dict(explanation.values),
        "attributes": {name: _attribute(name, found) for name, found in explanation.attributes.items()},
        "largest": largest(explanation),
    }


def _attribute(name: str, found: Explained) -> dict[str, Any]:
    usual = ATTRIBUTES[name].high - ATTRIBUTES[name].low
    return {
        "unit": ATTRIBUTES[name].unit,
        "usual_range": usual,
        "target": round(found.target, 4),
        "neutral": round(found.neutral, 4),
        "rest": round(found.rest, 4),
        "measured": found.measured.json() if found.measured else None,
        "shares": {
            dimension: {
                "map": round(share.mapped, 4),
                "within": round(share.within, 4),
                "measured": share.heard.json() if share.heard else None,
            }
            for dimension, share in found.shares.items()
        },
        "leading": list(leading(name, found, len(found.shares))),
    }


def largest(explanation: Explanation, count: int = 10) -> list[dict[str, Any]]:
    """Return the largest sure changes of the takes, as shares of each attribute's usual range."""
    rows: list[dict[str, Any]] = []
    for name, found in explanation.attributes.items():
        usual = ATTRIBUTES[name].high - ATTRIBUTES[name].low
        for dimension, share in found.shares.items():
            if share.heard and share.sure:
                heard, mapped = round((share.heard.value or 0.0) / usual, 4), round(share.mapped / usual, 4)
                rows.append({"dimension": dimension, "attribute": name, "measured": heard, "map": mapped})
    return sorted(rows, key=lambda row: -abs(row["measured"]))[:count]
