"""Control: does each attribute of the music follow what the profile's plan asks of it, and that one only?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Take
from psychoscore_evaluation.estimate import Estimate
from psychoscore_evaluation.leakage import Leakage, leakage
from psychoscore_evaluation.requested import requested
from psychoscore_evaluation.statistics import correlation, estimated, interval, slope, weighted_ranks
from psychoscore_hearing.attributes import measure
from psychoscore_hearing.music import hear

PERMUTATIONS = 200
VARIES = 1e-6  # of an attribute's usual range, by which a request must vary over profiles to be one


@frozen(kw_only=True)
class Asking:
    """One attribute's control. asked: whether the plans vary in it at all; all else is None where they do not.

    spearman: between request and measurement over all takes, interval over profiles. of_profile: the same with what the
    control map says of the profile instead of what the plan says: a planner that asks for less shows in it.
    slope: of the measured on the requested, in the attribute's unit (see `requested`). shuffled: the rank correlation
    with the requests shuffled over profiles: mean and middle 95% of 200 shuffles. leakage: mean and largest effect on
    the attributes not asked for.
    """

    asked: bool
    spearman: Estimate
    of_profile: Estimate
    slope: Estimate
    shuffled: Estimate
    leakage: Mapping[str, Any]

    def json(self) -> dict[str, Any]:
        names = ("spearman", "of_profile", "slope", "shuffled")
        estimates: dict[str, Estimate] = {name: getattr(self, name) for name in names}
        return {"asked": self.asked, **{k: v.json() for k, v in estimates.items()}, "leakage": dict(self.leakage)}


@frozen(kw_only=True, eq=False)
class Control:
    """The control of every attribute by name, and the tables behind it.

    requested, measured: (profiles, seeds, attributes) in the order of `ATTRIBUTES`.
    """

    attributes: Mapping[str, Asking]
    leakage: Leakage
    requested: np.ndarray
    measured: np.ndarray

    def json(self) -> dict[str, Any]:
        """Return the figures, without the tables of single takes."""
        profiles, seeds, _ = self.measured.shape
        attributes = {name: found.json() for name, found in self.attributes.items()}
        return {"profiles": profiles, "seeds": seeds, "attributes": attributes, "leakage": self.leakage.json()}


def random_profiles(count: int, seed: int) -> dict[str, Profile]:
    """Return so many random profiles by name; the first ones are the same for every count."""
    rng = random.Random(seed)
    return {f"profile-{index + 1:03d}": random_profile(rng) for index in range(count)}


def measured(take: Take) -> dict[str, float]:
    """Return every attribute of a take, each bar heard in the key that the plan gives it."""
    return measure(hear(take.score, take.plan.key, take.plan.mode).in_keys(take.plan.keys))


def control(takes: Sequence[Take], seeds: int, seed: int = 0) -> Control:
    """Return the control of takes in the order of `Pipeline.takes`, `seeds` of each profile; deterministic by seed."""
    shape = (len(takes) // seeds, seeds, len(ATTRIBUTES))
    asked = np.array([list(requested(take.plan).values()) for take in takes]).reshape(shape)
    heard = np.array([list(measured(take).values()) for take in takes]).reshape(shape)
    aimed = np.array([list(targets_of(take.condition.profile).values()) for take in takes]).reshape(shape)
    return control_of(asked, heard, aimed, seed)


def control_of(asked: np.ndarray, heard: np.ndarray, aimed: np.ndarray | None = None, seed: int = 0) -> Control:
    """Return the control of tables of requests, measurements and profiles' targets, (profiles, seeds, attributes)."""
    aimed = asked if aimed is None else aimed
    rng = np.random.default_rng(seed)
    names = list(ATTRIBUTES)
    varied = [i for i, name in enumerate(names) if _varies(asked[:, :, i], name)]
    leak = leakage(asked, heard, varied, rng)
    found = {
        name: _asking(asked[:, :, i], heard[:, :, i], aimed[:, :, i], leak.of(name), rng)
        if i in varied
        else _not_asked()
        for i, name in enumerate(names)
    }
    return Control(attributes=found, leakage=leak, requested=asked, measured=heard)


def _varies(values: np.ndarray, name: str) -> bool:
    usual = ATTRIBUTES[name].high - ATTRIBUTES[name].low
    return bool(np.isfinite(values).all()) and float(np.ptp(values)) > VARIES * usual


def _not_asked() -> Asking:
    nothing = Estimate(value=None)
    return Asking(asked=False, spearman=nothing, of_profile=nothing, slope=nothing, shuffled=nothing, leakage={})


def _asking(
    asked: np.ndarray, heard: np.ndarray, aimed: np.ndarray, leak: Mapping[str, Any], rng: np.random.Generator
) -> Asking:
    profiles, seeds = asked.shape
    x, y = asked.ravel(), heard.ravel()

    def by_slope(weights: np.ndarray) -> np.ndarray:
        return slope(x, y, np.repeat(weights, seeds, axis=1))

    return Asking(
        asked=True,
        spearman=rank_correlation(asked, heard, rng),
        of_profile=rank_correlation(aimed, heard, rng),
        slope=estimated(by_slope, profiles, rng),
        shuffled=_shuffled(asked, y, rng),
        leakage=leak,
    )


def rank_correlation(asked: np.ndarray, heard: np.ndarray, rng: np.random.Generator) -> Estimate:
    """Return Spearman's correlation over all takes (profiles, seeds), its interval over profiles."""
    profiles, seeds = asked.shape
    x, y = asked.ravel(), heard.ravel()

    def by_rank(weights: np.ndarray) -> np.ndarray:
        weights = np.repeat(weights, seeds, axis=1)
        return correlation(weighted_ranks(x, weights), weighted_ranks(y, weights), weights)

    return estimated(by_rank, profiles, rng)


def _shuffled(asked: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Estimate:
    ones = np.ones((1, len(y)))
    heard = weighted_ranks(y, ones)
    # The takes of a profile are shuffled too: seeds that do the same in every profile would correlate otherwise.
    table = np.stack([rng.permuted(rng.permutation(asked), axis=1).ravel() for _ in range(PERMUTATIONS)])
    found = correlation(np.stack([weighted_ranks(row, ones)[0] for row in table]), heard)
    low, high = interval(found)
    return Estimate.of(float(np.mean(found)), low, high, n=len(asked))
