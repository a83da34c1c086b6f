"""Strict reading of JSON values as Python types: nothing is converted that was not meant."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from cattrs import BaseConverter

from psychoscore_core.config.merge import Key, Located
from psychoscore_core.config.model import TRAINING_RANGES, Validator
from psychoscore_core.errors import PsychoscoreError, did_you_mean
from psychoscore_core.records import Training

_UNIONS = (Union, types.UnionType)
_RANGES: Mapping[type, Mapping[str, tuple[Validator, ...]]] = {Training: TRAINING_RANGES}


class Misfit(ValueError):
    """Values that do not fit their types: every problem with its key relative to the value that was read."""

    def __init__(self, problems: str | Iterable[tuple[Key, str]]) -> None:
        self.problems = (((), problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("; ".join(text for _, text in self.problems))

    def below(self, part: str) -> list[tuple[Key, str]]:
        """Return the problems as seen from one level up."""
        return [((part, *key), text) for key, text in self.problems]


def strict_converter() -> BaseConverter:
    """Return a converter that raises Misfit, with all problems, on whatever is not exactly of the type asked for."""
    converter = BaseConverter()
    converter.register_structure_hook_func(lambda hint: True, _unsupported)  # the last resort comes first
    converter.register_structure_hook_func(lambda hint: hint in (Any, object), lambda value, hint: plain(value))
    converter.register_structure_hook_func(_is_table, lambda value, hint: _table(converter, value, hint))
    converter.register_structure_hook_func(_is_list, lambda value, hint: _list(converter, value, hint))
    converter.register_structure_hook_func(lambda hint: get_origin(hint) is Literal, _literal)
    converter.register_structure_hook_func(
        lambda hint: get_origin(hint) in _UNIONS, lambda value, hint: _union(converter, value, hint)
    )
    converter.register_structure_hook_func(attrs.has, lambda value, cls: structure_class(converter, value, cls))
    for exact in (int, bool, str):
        converter.register_structure_hook(exact, _exact)
    converter.register_structure_hook(float, _float)
    converter.register_structure_hook(Path, _path)
    return converter


def plain(value: object) -> Any:
    """Return a structured value as JSON: attrs instances and mappings as tables, tuples as lists, paths as texts."""
    if attrs.has(type(value)):
        return {a.name: plain(getattr(value, a.name)) for a in attrs.fields(type(value)) if a.init}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, (str, Path)) else value


def hints_of(cls: type) -> dict[str, Any]:
    """Return the types of a config class's fields; raises Misfit when they cannot be looked up."""
    try:
        return typing.get_type_hints(cls)
    except Exception as error:  # a plugin's annotations may do anything
        raise Misfit(f"the types of {cls.__name__} cannot be looked up: {error}") from None


def ranges_of(cls: type, field: attrs.Attribute[Any]) -> Iterator[Validator]:
    """Yield every validator of a field: its own, and what the core adds to records that it owns."""
    if field.validator is not None:
        yield field.validator
    yield from _RANGES.get(cls, {}).get(field.name, ())


def default_of(field: attrs.Attribute[Any]) -> object:
    """Return a field's default value, or attrs.NOTHING where it is required or depends on other fields."""
    default: Any = field.default
    if not isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # attrs types its class as a function
        return default
    return attrs.NOTHING if default.takes_self else default.factory()


def structure_class(converter: BaseConverter, value: object, cls: type) -> Any:
    """Build an attrs class from a table; unknown, missing, mistyped and out-of-range keys are found together."""
    if not isinstance(value, dict):
        raise _mismatch(cls, value)
    hints = hints_of(cls)
    fields = {field.alias or field.name: field for field in attrs.fields(cls) if field.init}
    problems = [((key,), unknown_key(key, fields)) for key in value if key not in fields]
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            try:
                found[name] = converter.structure(value[name], hints[field.name])
            except Misfit as misfit:
                problems += misfit.below(name)
        elif field.default is attrs.NOTHING:
            problems.append(((name,), "is required"))
    problems += _out_of_range(cls, fields, found, missing={key[0] for key, _ in problems})
    if problems:
        raise Misfit(problems)
    try:
        return cls(**found)
    except Exception as error:  # a plugin's class may do anything while it is built
        raise Misfit(_said(error)) from None


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, and which is meant or which there are."""
    names = list(known)
    close = did_you_mean(key, names)
    there_are = f"; there is {', '.join(names)}" if names else "; there are no options"
    return f"unknown key{close or there_are}"


def _out_of_range(
    cls: type, fields: Mapping[str, attrs.Attribute[Any]], found: Mapping[str, Any], missing: set[str]
) -> Iterator[tuple[Key, str]]:
    """Run every validator on a probe, because a class's own construction stops at the first that raises."""
    probe = object.__new__(cls)
    values = {name: found[name] if name in found else default_of(field) for name, field in fields.items()}
    good = {name: value for name, value in values.items() if name not in missing and value is not attrs.NOTHING}
    for name, value in good.items():
        object.__setattr__(probe, fields[name].name, value)
    for name, value in good.items():
        for validator in ranges_of(cls, fields[name]):
            try:
                validator(probe, fields[name], value)
            except (ValueError, TypeError, PsychoscoreError) as error:
                yield (name,), _said(error, fields[name].name)
                break
            except Exception:  # it looked at a field that the probe lacks; construction will tell
                break


def _said(error: Exception, name: str = "") -> str:
    """Return an exception's text as one line, without the field's name that attrs puts in front."""
    if not isinstance(error, (ValueError, TypeError, PsychoscoreError)):
        return f"raises {type(error).__name__}: {error}"
    text = " ".join(str(error.args[0] if error.args else error).split())  # attrs' own errors carry four arguments
    text = re.sub(rf"^'{re.escape(name)}' (must be \S+ \S+): ", r"\1, not ", text)
    return text.removeprefix(f"'{name}' ")


def _mismatch(hint: object, value: object) -> Misfit:
    return Misfit(f"must be {expected(hint)}, not {described(value)}")


def expected(hint: object) -> str:
    """Name a type as a user of JSON would."""
    names = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", Path: "a path as text"}
    if isinstance(hint, type) and hint in names:
        return names[hint]
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(repr, get_args(hint)))}"
    if get_origin(hint) in _UNIONS:
        return " or ".join("null" if arm is types.NoneType else expected(arm) for arm in get_args(hint))
    return "a list" if _is_list(hint) else "a table"


def described(value: object) -> str:
    """Name a JSON value for an error message, in at most about 60 characters."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return f"the number {value!r:.60}"
    if isinstance(value, str):
        return f"the text {str(value)!r:.60}"
    return "a list" if isinstance(value, list) else "a table"


def _exact(value: object, hint: type) -> object:
    if type(value) is hint:
        return value
    if hint is str and isinstance(value, Located):
        return str(value)
    raise _mismatch(hint, value)


def _float(value: object, hint: type) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _mismatch(hint, value)
    return float(value)


def _path(value: object, hint: type) -> Path:
    """Return an absolute path: "~" expanded, a relative one taken from the folder of the file that set it."""
    if not isinstance(value, str):
        raise _mismatch(hint, value)
    return located_path(value)


def located_path(text: str) -> Path:
    """Return the absolute path that a text of a config means; raises Misfit when it means none."""
    if not text or "\0" in text:
        raise Misfit("must be a path, not an empty text or one with a zero byte")
    try:
        path = Path(str(text)).expanduser()
    except RuntimeError as error:
        raise Misfit(f"cannot be read as a path: {error}") from None
    folder: Path = getattr(text, "folder", Path())
    return folder.absolute() / path


def _literal(value: object, hint: Any) -> object:
    for option in get_args(hint):
        if value == option and isinstance(value, type(option)) and isinstance(value, bool) == isinstance(option, bool):
            return option
    close = did_you_mean(value, [o for o in get_args(hint) if isinstance(o, str)]) if isinstance(value, str) else ""
    raise Misfit(f"{_mismatch(hint, value)}{close}")


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
    if inner or len(arms) == 1:
        raise (inner or misfits)[0]
    raise _mismatch(hint, value)


def _is_table(hint: object) -> bool:
    return hint is dict or get_origin(hint) in (dict, Mapping)


def _table(converter: BaseConverter, value: object, hint: Any) -> dict[str, Any]:
    inner = (*get_args(hint), str, Any)[1] if get_args(hint) else Any
    if not isinstance(value, dict):
        raise _mismatch(hint, value)
    return dict(_each(converter, [(name, item, inner) for name, item in value.items()]))


def _is_list(hint: object) -> bool:
    return hint in (list, tuple) or get_origin(hint) in (list, tuple)


def _list(converter: BaseConverter, value: object, hint: Any) -> Any:
    if not isinstance(value, list):
        raise _mismatch(hint, value)
    arms = get_args(hint) or (Any, ...)
    kind: Callable[[Iterable[Any]], Any] = list if list in (hint, get_origin(hint)) else tuple
    if kind is list or (len(arms) == 2 and arms[1] is ...):
        arms = (arms[0],) * len(value)
    if len(arms) != len(value):
        raise Misfit(f"must be a list of {len(arms)}, not of {len(value)}")
    items = [(f"[{index}]", item, arm) for index, (item, arm) in enumerate(zip(value, arms, strict=True))]
    return kind(item for _, item in _each(converter, items))


def _each(converter: BaseConverter, items: list[tuple[str, Any, Any]]) -> list[tuple[str, Any]]:
    problems: list[tuple[Key, str]] = []
    found = []
    for part, value, hint in items:
        try:
            found.append((part, converter.structure(value, hint)))
        except Misfit as misfit:
            problems += misfit.below(part)
    if problems:
        raise Misfit(problems)
    return found


def _unsupported(value: object, hint: Any) -> object:
    raise Misfit(f"has the type {hint!r}, which a config cannot hold: ask the plugin's author")
