"""The option --set a.b=c as a config layer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from psychoscore_core.config.json_file import MAX_DEPTH, parse_json
from psychoscore_core.config.merge import is_slot
from psychoscore_core.errors import ConfigError


def parse_sets(sets: Sequence[str]) -> dict[str, Any]:
    """Return the tree of several "a.b=c": c is JSON where it parses, else text; of two for one key the later wins.

    Raises ConfigError with one line for each text that has no key or no "=".
    """
    tree: dict[str, Any] = {}
    problems: list[str] = []
    for item in sets:
        try:
            _plant(tree, *_parse(item))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tree


def _parse(item: str) -> tuple[list[str], Any]:
    name, equals, text = item.partition("=")
    parts = [part.strip() for part in name.split(".")]
    if not equals or not all(parts):
        raise ConfigError(f"--set: {item!r:.80} must look like KEY=VALUE, as in temperature.base_temperature=0.6")
    if len(parts) > MAX_DEPTH:
        raise ConfigError(f"--set: {item!r:.80} is nested too deeply (over {MAX_DEPTH} levels)")
    value = _value(text)
    # model=transformer and model.size=small go together, in either order
    return [*parts, "use"] if isinstance(value, str) and is_slot(tuple(parts)) else parts, value


def _value(text: str) -> Any:
    try:
        json.loads(text)
    except RecursionError:
        pass
    except json.JSONDecodeError:
        return text
    except ValueError:
        pass
    return parse_json(text, "--set")  # once more, strictly


def _plant(tree: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    *tables, last = parts
    for part in tables:
        if not isinstance(tree.get(part), dict):
            tree[part] = {}
        tree = tree[part]
    old = tree.get(last)
    tree[last] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
