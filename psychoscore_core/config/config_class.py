"""Config classes: built from tables with every problem found at once, and read for their defaults and ranges."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs
from cattrs import BaseConverter

from psychoscore_core.config.misfit import Misfit, Problem, mismatch
from psychoscore_core.config.model import TRAINING_RANGES, Validator
from psychoscore_core.errors import PsychoscoreError, did_you_mean
from psychoscore_core.records import Training

Fields: TypeAlias = "Mapping[str, attrs.Attribute[Any]]"
_RANGES: Mapping[type, Mapping[str, tuple[Validator, ...]]] = {Training: TRAINING_RANGES}


def structure_class(converter: BaseConverter, value: object, cls: type) -> Any:
    """Build an attrs class from a table; raises Misfit with all unknown, missing, mistyped and out-of-range keys."""
    if not isinstance(value, dict):
        raise mismatch(cls, value)
    hints, fields = hints_of(cls), fields_of(cls)
    problems: list[Problem] = [((key,), unknown_key(key, fields)) for key in value if key not in fields]
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            try:
                found[name] = converter.structure(value[name], hints[field.name])
            except Misfit as misfit:
                problems += misfit.below(name)
        elif field.default is attrs.NOTHING:
            problems.append(((name,), "is required"))
    problems += _out_of_range(cls, fields, found, {key[0] for key, _ in problems})
    if problems:
        raise Misfit(problems)
    try:
        return cls(**found)
    except Exception as error:  # a plugin's class may do anything while it is built
        raise Misfit(_said(error)) from None


def plain(value: object) -> Any:
    """Return a structured value as JSON: config classes and mappings as tables, tuples as lists, paths as texts."""
    if attrs.has(type(value)):
        return {name: plain(getattr(value, field.name)) for name, field in fields_of(type(value)).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, (str, Path)) else value


def fields_of(cls: Any) -> Fields:
    """Return the fields that a config can set, by the name it uses."""
    return {field.alias or field.name: field for field in attrs.fields(cls) if field.init}


def hints_of(cls: type) -> dict[str, Any]:
    """Return the types of a config class's fields; raises Misfit when they cannot be looked up."""
    try:
        return typing.get_type_hints(cls)
    except Exception as error:  # a plugin's annotations may do anything
        raise Misfit(f"the types of {cls.__name__} cannot be looked up: {error}") from None


def ranges_of(cls: type, field: attrs.Attribute[Any]) -> Iterator[Validator]:
    """Yield every validator of a field: its own, and what the core adds to a record that it owns."""
    if field.validator is not None:
        yield field.validator
    yield from _RANGES.get(cls, {}).get(field.name, ())


def relative_defaults(cls: type) -> dict[str, Path]:
    """Return the defaults that are relative paths, by the name that a config uses."""
    found = {name: field.default for name, field in fields_of(cls).items()} if attrs.has(cls) else {}
    return {name: path for name, path in found.items() if isinstance(path, Path) and not path.is_absolute()}


def default_of(field: attrs.Attribute[Any]) -> object:
    """Return a field's default value, or attrs.NOTHING where it is required or depends on other fields."""
    default: Any = field.default
    if not isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # attrs types its class as a function
        return default
    return attrs.NOTHING if default.takes_self else default.factory()


def defaults_of(cls: type) -> dict[str, Any]:
    """Return the defaults of a config class as JSON; required fields are absent."""
    values = {name: default_of(field) for name, field in fields_of(cls).items()}
    return {name: plain(value) for name, value in values.items() if value is not attrs.NOTHING}


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, and which one is meant or which there are."""
    names = list(known)
    there_are = f"; there is {', '.join(names)}" if names else "; there are no options"
    return f"unknown key{did_you_mean(key, names) or there_are}"


def _out_of_range(cls: type, fields: Fields, found: Mapping[str, Any], bad: set[str]) -> Iterator[Problem]:
    """Run every validator on a probe, because a class's own construction stops at the first that raises."""
    probe: Any = object.__new__(cls)
    values = {name: found[name] if name in found else default_of(field) for name, field in fields.items()}
    good = {name: value for name, value in values.items() if name not in bad and value is not attrs.NOTHING}
    for name, value in good.items():
        object.__setattr__(probe, fields[name].name, value)
    for name, value in good.items():
        text = _complaint(ranges_of(cls, fields[name]), probe, fields[name], value)
        if text:
            yield (name,), text


def _complaint(validators: Iterable[Validator], probe: object, field: attrs.Attribute[Any], value: object) -> str:
    for validator in validators:
        try:
            validator(probe, field, value)
        except (ValueError, TypeError, PsychoscoreError) as error:
            return _said(error, field.name)
        except Exception:  # it looked at a field that the probe lacks; construction will tell
            return ""
    return ""


def _said(error: Exception, name: str = "") -> str:
    """Return an exception's text as one line, without the field's name that attrs puts in front."""
    if not isinstance(error, (ValueError, TypeError, PsychoscoreError)):
        return f"cannot be checked: {type(error).__name__}: {error}"
    text = " ".join(str(error.args[0] if error.args else error).split())  # attrs' own errors carry four arguments
    text = re.sub(rf"^'{re.escape(name)}' (must be \S+ \S+): ", r"\1, not ", text)
    return text.removeprefix(f"'{name}' ")
