"""Read a component's options from its config class: the defaults from its fields, the meaning from its docstring."""

from __future__ import annotations

import inspect
import re

from attrs import NOTHING, Factory, fields, frozen


@frozen(kw_only=True)
class Option:
    """One config key of a component; `default` is NOTHING where the class gives none, `doc` "" where it is silent."""

    name: str
    type: str
    default: object
    doc: str


def options_of(config: type) -> tuple[Option, ...]:
    """Return the options of a config class in the order of its fields."""
    docs = documented(config)
    return tuple(
        Option(name=field.name, type=_type(field.type), default=_default(field.default), doc=docs.get(field.name, ""))
        for field in fields(config)
    )


def documented(config: type) -> dict[str, str]:
    """Return what the docstring says of each field: the text after `name:` (or `name, name:`)."""
    text = inspect.cleandoc(config.__doc__ or "")
    names = "|".join(re.escape(field.name) for field in fields(config))
    if not names:
        return {}
    parts = re.split(rf"(?:^|(?<=\s))((?:{names})(?:, (?:{names}))*):(?=\s)", text, flags=re.MULTILINE)
    docs: dict[str, str] = {}
    for several, part in zip(parts[1::2], parts[2::2], strict=True):
        docs |= dict.fromkeys(several.split(", "), " ".join(part.split("\n\n")[0].split()))
    return docs


def _type(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _default(default: object) -> object:
    if isinstance(default, Factory):  # type: ignore[arg-type]  # attrs types its class as a function
        return NOTHING if default.takes_self else default.factory()  # type: ignore[attr-defined]
    return default
