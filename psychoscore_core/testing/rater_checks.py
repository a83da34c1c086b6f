"""Checks of raters."""

from __future__ import annotations

import math
from types import MappingProxyType

from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject


def ratings_are_finite_numbers(subject: Subject) -> None:
    ratings = subject.build().rate(toy.take())
    require(ratings, "rate() measures nothing")
    for name, value in ratings.items():
        require(isinstance(name, str) and name, f"{name!r} is no name")
        require(isinstance(value, (int, float)) and math.isfinite(value), f"{name} is {value!r}, no finite number")


def rating_is_deterministic(subject: Subject) -> None:
    first, second = (dict(subject.build().rate(toy.take())) for _ in range(2))
    require(first == second, f"rates the same take {first} and then {second}")


def names_are_the_same_for_every_take(subject: Subject) -> None:
    names = [set(subject.build().rate(toy.take(bars=bars))) for bars in (1, 8)]
    require(names[0] == names[1], f"measures {sorted(names[0])} of one take and {sorted(names[1])} of another")


def take_is_left_as_it_was(subject: Subject) -> None:
    take = toy.take()
    before = toy.fingerprint(take.score)
    subject.build().rate(take)
    require(toy.fingerprint(take.score) == before, "rate() changes the score of the take that it is given")


CHECKS = MappingProxyType(
    {
        "ratings-are-finite-numbers": ratings_are_finite_numbers,
        "rating-is-deterministic": rating_is_deterministic,
        "names-are-the-same-for-every-take": names_are_the_same_for_every_take,
        "take-is-left-as-it-was": take_is_left_as_it_was,
    }
)
