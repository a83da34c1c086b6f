"""What is said of a value that does not fit its type."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from psychoscore_core.config.merge import Key

Problem = tuple[Key, str]  # the key relative to the value that was read, and what is wrong
_NAMES: Mapping[object, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    Path: "a path as text",
    types.NoneType: "null",
}


class Misfit(ValueError):
    """Values that do not fit their types: every problem with its key relative to the value that was read."""

    def __init__(self, problems: str | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (((), problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("; ".join(text for _, text in self.problems))

    def below(self, part: str) -> list[Problem]:
        """Return the problems as seen from one level up."""
        return [((part, *key), text) for key, text in self.problems]


def mismatch(hint: object, value: object) -> Misfit:
    """Return the complaint that a value is not of a type."""
    return Misfit(f"must be {expected(hint)}, not {described(value)}")


def expected(hint: Any) -> str:
    """Name a type as a user of JSON would."""
    if isinstance(hint, type) and hint in _NAMES:
        return _NAMES[hint]
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(repr, get_args(hint)))}"
    if is_union(hint):
        return " or ".join(map(expected, get_args(hint)))
    return "a list" if is_list(hint) else "a table"


def described(value: object) -> str:
    """Name a JSON value in at most about 70 characters."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value!r:.60}"
    if isinstance(value, str):
        return f"the text {str(value)!r:.60}"
    return "a list" if isinstance(value, list) else "a table"


def is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def is_list(hint: Any) -> bool:
    return hint in (list, tuple) or get_origin(hint) in (list, tuple)


def is_table(hint: Any) -> bool:
    return hint is dict or get_origin(hint) in (dict, Mapping)
