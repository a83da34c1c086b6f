"""Checks of temperature schedulers."""

from __future__ import annotations

import math
from types import MappingProxyType

from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject

BARS = (1, 7, 32)


def one_temperature_a_bar(subject: Subject) -> None:
    for profile in toy.profiles():
        for bars in BARS:
            given = len(subject.build().temperatures(profile, bars))
            require(given == bars, f"gives {given} temperatures for {bars} bars")


def temperatures_are_positive(subject: Subject) -> None:
    for profile in toy.profiles(32):
        for value in subject.build().temperatures(profile, 7):
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            require(number and math.isfinite(value) and value > 0, f"gives {value!r}, not a finite number above 0")


def temperatures_are_deterministic(subject: Subject) -> None:
    for profile in toy.profiles():
        first, second = (list(subject.build().temperatures(profile, 7)) for _ in range(2))
        require(first == second, f"gives {first} and then {second} for the same profile")


CHECKS = MappingProxyType(
    {
        "one-temperature-a-bar": one_temperature_a_bar,
        "temperatures-are-positive": temperatures_are_positive,
        "temperatures-are-deterministic": temperatures_are_deterministic,
    }
)
