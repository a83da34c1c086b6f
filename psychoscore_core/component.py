"""The descriptor by which a plugin offers a component; it costs no import of the component itself."""

from __future__ import annotations

import re

from attrs import Attribute, field, frozen

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PACKAGE = re.compile(r"[A-Za-z_]\w*")
_FACTORY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def _matches(pattern: re.Pattern[str], example: str):  # type: ignore[no-untyped-def]  # attrs' validator shape
    def check(instance: object, attribute: Attribute[str], value: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"{type(instance).__name__} {attribute.name} must look like {example!r}, not {value!r}")

    return check


@frozen(kw_only=True)
class Component:
    """One component of a plugin, chosen in a config by its name.

    name: what `"use"` says: lower-case letters, digits and dashes.
    factory: "package.module:Class", imported only when a run chooses it; called as `Class(config, **facts)`.
    config: a frozen attrs class beside plugin.py; its defaults and field docs are the reference.
    summary: one sentence for `psyco plugins`.
    version: raised when the same config gives different results; part of the fingerprint.
    origin: distribution and version, filled in by the plugin manager.
    """

    name: str = field(validator=_matches(_NAME, "my-component"))
    factory: str = field(validator=_matches(_FACTORY, "package.module:Class"))
    config: type
    summary: str
    version: int = 1
    origin: str = ""


@frozen(kw_only=True)
class Preset:
    """A named config layer: the same keys as `psychoscore.json`."""

    name: str = field(validator=_matches(_NAME, "my-preset"))
    summary: str
    config: dict[str, object]
    origin: str = ""


@frozen(kw_only=True)
class ShippedModel:
    """A trained model that comes with a package, and that a folder of the same name may replace (model_files.py).

    name: of the folder in a project's `data/` and in the user's data folder. package: the import name of the package
    that has it, in its `folder`. summary: one sentence for `psyco doctor`.
    """

    name: str = field(validator=_matches(_NAME, "my-model"))
    package: str = field(validator=_matches(_PACKAGE, "my_package"))
    folder: str = field(default="checkpoint", validator=_matches(_PACKAGE, "checkpoint"))
    summary: str
    origin: str = ""
