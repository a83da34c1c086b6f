"""Checks of profile encoders."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any

from psychoscore_core.records import Attributes
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject


def vector_fits_its_space(subject: Subject) -> None:
    encoder = subject.build()
    names = encoder.space.vector
    require(len(set(names)) == len(names), "space.vector names a dimension twice")
    for profile in toy.profiles():
        vector = encoder.encode(profile).vector
        require(len(vector) == len(names), f"gives {len(vector)} numbers for {len(names)} dimensions")
        require(all(math.isfinite(number) for number in vector), "gives a number that is not finite")


def dimensions_carry_their_values(subject: Subject) -> None:
    encoder = subject.build()
    for profile in toy.profiles():
        known = dict(zip(toy.SPACE.vector, profile.to_vector(), strict=True))
        for name, number in zip(encoder.space.vector, encoder.encode(profile).vector, strict=True):
            wanted = known.get(name, number)
            require(math.isclose(number, wanted, abs_tol=1e-6), f"{name} is {number:g}, the profile has {wanted:g}")


def prefix_is_among_its_tokens(subject: Subject) -> None:
    encoder = subject.build()
    known = set(encoder.prefix_tokens)
    require(len(known) == len(encoder.prefix_tokens), "prefix_tokens names a token twice")
    for profile in toy.profiles(16):
        prefixes = encoder.encode(profile).prefix + encoder.encode_piece(profile, Attributes()).prefix
        unknown = sorted(set(prefixes) - known)
        require(not unknown, f"gives prefix tokens that prefix_tokens lacks: {', '.join(unknown)}")


def given_attributes_stay(subject: Subject) -> None:
    given = Attributes(key="Eb", mode="Locrian", tempo=80.0)
    for profile in toy.profiles():
        for condition in (subject.build().encode(profile, given), subject.build().encode_piece(profile, given)):
            require(condition.attributes == given, f"{given} became {condition.attributes}")


def encoding_is_deterministic(subject: Subject) -> None:
    for profile in toy.profiles():
        require(subject.build().encode(profile) == subject.build().encode(profile), "two instances encode otherwise")


def plan_has_one_condition_a_bar(subject: Subject) -> None:
    encoder = subject.build()
    for profile in toy.profiles():
        for bars in (1, 7, 32):
            _check_bars(encoder, encoder.encode_plan(toy.plan(profile, bars)), bars)


def measures_one_condition_a_bar(subject: Subject) -> None:
    encoder = subject.build()
    _check_bars(encoder, encoder.measure(toy.score(4)), 4)


def _check_bars(encoder: Any, conditions: Any, bars: int) -> None:
    names = encoder.space.bar
    require(len(conditions) == bars, f"gives {len(conditions)} bar conditions for {bars} bars")
    for condition in conditions:
        require(len(condition) == len(names), f"gives {len(condition)} numbers a bar for {', '.join(names)}")
        for name, number in zip(names, condition, strict=True):
            require(0 <= number <= 1, f"{name} is {number!r}, outside [0, 1]")


CHECKS = MappingProxyType(
    {
        "vector-fits-its-space": vector_fits_its_space,
        "dimensions-carry-their-values": dimensions_carry_their_values,
        "prefix-is-among-its-tokens": prefix_is_among_its_tokens,
        "given-attributes-stay": given_attributes_stay,
        "encoding-is-deterministic": encoding_is_deterministic,
        "plan-has-one-condition-a-bar": plan_has_one_condition_a_bar,
        "measures-one-condition-a-bar": measures_one_condition_a_bar,
    }
)
