"""Strict JSON: a config is untrusted until it has passed here."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from psychoscore_core.errors import ConfigError

MAX_BYTES = 1_000_000  # a config is a few kB; anything far larger is not one
MAX_DEPTH = 32  # tables and lists within one another


def read_json(path: Path) -> Any:
    """Read a UTF-8 JSON file; raises ConfigError naming the file, and line and column where JSON is broken."""
    try:
        if not path.is_file():  # a pipe would block for ever
            raise ConfigError(f"{path}: is not a regular file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}: is too large for a config (over {MAX_BYTES:,} bytes)")
    try:
        text = content.decode("utf-8-sig")  # Windows editors put a byte order mark in front
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    return parse_json(text, str(path))


def parse_json(text: str, place: str) -> Any:
    """Parse JSON without NaN, Infinity, duplicate keys or deep nesting; raises ConfigError with `place` in front."""
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise ConfigError(f"{place}:{error.lineno}:{error.colno}: is not JSON: {error.msg}") from None
    except RecursionError:
        raise ConfigError(f"{place}: is nested too deeply (over {MAX_DEPTH} levels)") from None
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from None
    if too_deep(value):
        raise ConfigError(f"{place}: is nested too deeply (over {MAX_DEPTH} levels)")
    return value


def too_deep(value: object) -> bool:
    """Say whether tables and lists lie more than MAX_DEPTH levels within one another."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return False
    return True


def _inside(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        raise ValueError(f"the key {twice!r:.80} is given twice in one table")
    return table


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that a config can hold")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text:.40} is too large")
    return number


def _integer(text: str) -> int:
    if len(text) > 100:
        raise ValueError(f"the number {text:.40}... has too many digits")
    return int(text)
