"""Strict reading of JSON values as Python types: nothing is converted that was not meant."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs
from cattrs import BaseConverter

from psychoscore_core.config.config_class import plain, structure_class
from psychoscore_core.config.merge import Located
from psychoscore_core.config.misfit import Misfit, Problem, is_list, is_table, is_union, mismatch
from psychoscore_core.errors import did_you_mean


def strict_converter() -> BaseConverter:
    """Return a converter that raises Misfit, with all problems, on whatever is not exactly of the type asked for."""
    converter = BaseConverter()
    nested: list[tuple[Callable[[Any], bool], Callable[[BaseConverter, Any, Any], Any]]] = [
        (lambda hint: True, _unsupported),  # the last resort: what is registered later is asked first
        (lambda hint: hint is Any or hint is object, lambda _, value, hint: plain(value)),
        (lambda hint: get_origin(hint) is Literal, _literal),
        (is_table, _table),
        (is_list, _list),
        (is_union, _union),
        (attrs.has, structure_class),
    ]
    for applies, read in nested:
        converter.register_structure_hook_func(applies, _bound(read, converter))
    for exact in (int, bool, str):
        converter.register_structure_hook(exact, _exact)
    converter.register_structure_hook(float, _float)
    converter.register_structure_hook(Path, _path)
    return converter


def located_path(text: str) -> Path:
    """Return the absolute path that a text of a config means; raises Misfit when it means none.

    "~" is expanded; a relative path is taken from the folder of the file that set it.
    """
    if not text or "\0" in text:
        raise Misfit("must be a path, not an empty text or one with a zero byte")
    try:
        path = Path(str(text)).expanduser()
    except RuntimeError as error:
        raise Misfit(f"cannot be read as a path: {error}") from None
    folder: Path = getattr(text, "folder", Path())
    return folder.absolute() / path


def _bound(read: Callable[[BaseConverter, Any, Any], Any], converter: BaseConverter) -> Callable[[Any, Any], Any]:
    return lambda value, hint: read(converter, value, hint)


def _exact(value: object, hint: Any) -> object:
    if type(value) is hint:
        return value
    if hint is str and isinstance(value, Located):
        return str(value)
    raise mismatch(hint, value)


def _float(value: object, hint: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise mismatch(hint, value)
    return float(value)


def _path(value: object, hint: Any) -> Path:
    if not isinstance(value, str):
        raise mismatch(hint, value)
    return located_path(value)


def _literal(converter: BaseConverter, value: object, hint: Any) -> object:
    for option in get_args(hint):
        if value == option and isinstance(value, bool) == isinstance(option, bool):
            return option
    close = did_you_mean(value, [o for o in get_args(hint) if isinstance(o, str)]) if isinstance(value, str) else ""
    raise Misfit(f"{mismatch(hint, value)}{close}")


def _union(converter: BaseConverter, value: object, hint: Any) -> object:
    arms = [arm for arm in get_args(hint) if arm is not types.NoneType]
    if value is None and len(arms) < len(get_args(hint)):
        return None
    misfits = []
    for arm in arms:
        try:
            return converter.structure(value, arm)
        except Misfit as misfit:
            misfits.append(misfit)
    inner = [misfit for misfit in misfits if any(key for key, _ in misfit.problems)]
    if inner or len(arms) == 1:  # the arm that was meant is plain
        raise (inner or misfits)[0]
    raise mismatch(hint, value)


def _table(converter: BaseConverter, value: object, hint: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise mismatch(hint, value)
    arms = get_args(hint) or (str, Any)
    return dict(_each(converter, [(name, item, arms[1]) for name, item in value.items()]))


def _list(converter: BaseConverter, value: object, hint: Any) -> Any:
    if not isinstance(value, list):
        raise mismatch(hint, value)
    kind: Callable[[Iterable[Any]], Any] = list if list in (hint, get_origin(hint)) else tuple
    arms = get_args(hint) or (Any, ...)
    if kind is list or arms[1:] == (...,):
        arms = (arms[0],) * len(value)
    if len(arms) != len(value):
        raise Misfit(f"must be a list of {len(arms)}, not of {len(value)}")
    items = [(f"[{index}]", item, arm) for index, (item, arm) in enumerate(zip(value, arms, strict=True))]
    return kind(item for _, item in _each(converter, items))


def _each(converter: BaseConverter, items: list[tuple[str, Any, Any]]) -> list[tuple[str, Any]]:
    problems: list[Problem] = []
    found = []
    for part, value, hint in items:
        try:
            found.append((part, converter.structure(value, hint)))
        except Misfit as misfit:
            problems += misfit.below(part)
    if problems:
        raise Misfit(problems)
    return found


def _unsupported(converter: BaseConverter, value: object, hint: Any) -> object:
    raise Misfit(f"has the type {hint!r}, which a config cannot hold; tell the plugin's author")
