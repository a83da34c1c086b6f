"""From one profile to another in small steps, and whether the music goes the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.facts import key_of, mode_of
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import BIASES, DIMENSIONS, Profile
from psychoscore_core.profile_json import read_profile
from psychoscore_core.records import Take
from psychoscore_evaluation.control import measured, random_profiles
from psychoscore_evaluation.statistics import spearman

STEPS = 9  # of a path, its ends among them
SEEDS = 3  # at least, of each step
RANDOM_PAIRS = 5
NAMED = ("calm-order", "wounded-chaos")  # bundled profiles, the first pair
FOLLOWED = ("tempo", "density", "dynamics", "register", "articulation")  # the attributes that are to follow
APART = 0.15  # of an attribute's usual range, by which the targets of the ends must differ
GOOD = 0.9  # Spearman's rho of place and measurement, in the direction of the targets
_SAME = 1e-9

Pair = tuple[Profile, Profile]


def between(a: Profile, b: Profile, t: float) -> Profile:
    """Return the profile at t of the way from a (t = 0, exactly) to b (t = 1, exactly); t in [0, 1].

    Every number goes in a straight line, so the RSI registers still sum to 1. Spin turns at t = 0.5. Of the n biases
    that only one of the two has, the k-th in the order of BIASES is switched on or off at t = k / (n + 1). Raises
    ValueError on any other t.
    """
    if not 0 <= t <= 1:
        raise ValueError(f"t must be in [0, 1], not {t!r}")
    ends = zip(DIMENSIONS, a.to_vector(), b.to_vector(), strict=True)
    turned = _turned(a, b, t)
    vector = [
        (y if dimension.name in turned else x) if _jumps(dimension.name) else _line(x, y, t) for dimension, x, y in ends
    ]
    return evolve(Profile.from_vector(vector), given=a.given | b.given)


def _line(x: float, y: float, t: float) -> float:
    return min(max((1 - t) * x + t * y, min(x, y)), max(x, y))  # rounding must not leave a dimension's range


def _jumps(name: str) -> bool:
    return name.startswith("bias.") or name == "physics.spin"


def _turned(a: Profile, b: Profile, t: float) -> set[str]:
    """Return the names of the dimensions that jump and have done so at t."""
    changing = [name for name in BIASES if (name in a.cognitive_biases) != (name in b.cognitive_biases)]
    turned = {f"bias.{name}" for k, name in enumerate(changing, 1) if t * (len(changing) + 1) >= k}
    return turned | ({"physics.spin"} if t >= 0.5 else set())


def path(a: Profile, b: Profile, steps: int = STEPS) -> list[Profile]:
    """Return so many profiles (2 or more) at equal distances from a to b, both ends among them."""
    return [between(a, b, step / (steps - 1)) for step in range(steps)]


def pairs(seed: int) -> dict[str, Pair]:
    """Return the pairs of an evaluation by name: two bundled profiles, and five random pairs."""
    drawn = list(random_profiles(2 * RANDOM_PAIRS, seed).values())
    found: dict[str, Pair] = {" to ".join(NAMED): (read_profile(NAMED[0]), read_profile(NAMED[1]))}
    return found | {f"random pair {k + 1}": (drawn[2 * k], drawn[2 * k + 1]) for k in range(RANDOM_PAIRS)}


def path_profiles(of: Mapping[str, Pair]) -> dict[str, Profile]:
    """Return every step of every path, by the name of a take."""
    return {
        f"path-{number}-{step}": profile
        for number, (a, b) in enumerate(of.values(), 1)
        for step, profile in enumerate(path(a, b))
    }


@frozen(kw_only=True)
class Course:
    """How one attribute goes along a path, in its unit.

    targets, measured: at every step, measured as the mean over seeds. apart: whether the targets of the two ends differ
    by more than 15% of the attribute's usual range. rho: Spearman's, of the place on the path and the measured; None
    where nothing moves. back: how far the targets go against their own direction on the way, where jumps work against
    lines.
    """

    targets: tuple[float, ...]
    measured: tuple[float, ...]
    apart: bool
    rho: float | None
    back: float

    @property
    def follows(self) -> bool:
        """Say whether the music goes the way of the targets: rho is 0.9 or more in their direction."""
        way = np.sign(self.targets[-1] - self.targets[0])
        return self.apart and self.rho is not None and bool(self.rho * way >= GOOD)


Courses = Mapping[str, Mapping[str, Course]]  # by pair, then attribute


def courses(of: Mapping[str, Pair], takes: Sequence[Take], seeds: int) -> Courses:
    """Return how every attribute goes along every path; takes of `path_profiles(of)`, `seeds` of each."""
    heard = np.array([list(measured(take).values()) for take in takes])
    heard = heard.reshape(len(of), STEPS, seeds, len(ATTRIBUTES)).mean(axis=2)
    return {
        name: {
            attribute: _course(attribute, [targets_of(profile)[attribute] for profile in path(a, b)], heard[p, :, k])
            for k, attribute in enumerate(ATTRIBUTES)
        }
        for p, (name, (a, b)) in enumerate(of.items())
    }


def _course(attribute: str, targets: Sequence[float], heard: np.ndarray) -> Course:
    usual = ATTRIBUTES[attribute].high - ATTRIBUTES[attribute].low
    rho = spearman(np.arange(len(heard), dtype=float), heard)
    return Course(
        targets=tuple(round(value, 4) for value in targets),
        measured=tuple(round(value, 4) for value in heard.tolist()),
        apart=abs(targets[-1] - targets[0]) > APART * usual,
        rho=round(rho, 4) if np.isfinite(rho) else None,
        back=round(backwards(targets), 4),
    )


def backwards(values: Sequence[float]) -> float:
    """Return the longest way that values go against the direction from the first to the last; 0 if they never do."""
    steps = np.asarray(values) * (1 if values[-1] >= values[0] else -1)
    longest = float(np.max(np.maximum.accumulate(steps) - steps))
    return longest if longest > _SAME else 0.0


def returns(values: Sequence[object]) -> bool:
    """Say whether a key or a mode comes back after another one."""
    runs = [value for index, value in enumerate(values) if not index or value != values[index - 1]]
    return len(set(runs)) < len(runs)


def summary(of: Mapping[str, Pair], found: Courses, seeds: int) -> dict[str, Any]:
    """Return the paths as JSON: how many that are to follow do, and every course."""
    asked = [(name, course) for courses in found.values() for name, course in courses.items() if course.apart]
    named = [course for name, course in asked if name in FOLLOWED]
    return {
        "steps": STEPS,
        "seeds": seeds,
        "attributes": list(FOLLOWED),
        "asked": len(named),
        "followed": sum(course.follows for course in named),
        "asked_of_all": len(asked),
        "followed_of_all": sum(course.follows for _, course in asked),
        "pairs": {name: _pair(*of[name], courses) for name, courses in found.items()},
    }


def _pair(a: Profile, b: Profile, courses: Mapping[str, Course]) -> dict[str, Any]:
    facts = {"key": [key_of(p) for p in path(a, b)], "mode": [mode_of(p) for p in path(a, b)]}
    return {
        **facts,
        "returns": [name for name, values in facts.items() if returns(values)],
        "attributes": {
            name: {
                "targets": list(course.targets),
                "measured": list(course.measured),
                "apart": course.apart,
                "rho": course.rho,
                "follows": course.follows,
                "back": course.back,
            }
            for name, course in courses.items()
        },
    }
