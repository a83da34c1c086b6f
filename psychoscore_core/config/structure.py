"""Structuring: the merged tree becomes a Project, or one error with every problem in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import fields_dict

from psychoscore_core.component import Component, Preset
from psychoscore_core.config.config_class import plain, relative_defaults, unknown_key
from psychoscore_core.config.merge import Key, Merged, located
from psychoscore_core.config.misfit import Misfit
from psychoscore_core.config.model import SLOTS, TABLES, Generation, Named, Project, Slot
from psychoscore_core.config.strict import located_path, strict_converter
from psychoscore_core.errors import ConfigError, PluginError
from psychoscore_core.records import Training


class Catalogue(Protocol):
    """What the config needs of the installed plugins."""

    def components(self, kind: str, /) -> Mapping[str, Component]:
        """Return the components of a kind by name."""

    def presets(self) -> Mapping[str, Preset]:
        """Return the presets by name."""

    def component(self, kind: str, name: str, /) -> Component:
        """Return one component; raises PluginError saying what is wrong and which name is close."""


KEYS = (*fields_dict(Project), "$schema")


def structure(merged: Merged, catalogue: Catalogue) -> Project:
    """Return the project of a merged config; raises ConfigError with one line for each problem."""
    work = _Structuring(merged, catalogue)
    project = work.project()
    if project is None:
        raise ConfigError(dict.fromkeys(work.lines))
    return project


def dotted(key: Key) -> str:
    """Return a key as a user writes it: temperature.points[2]; parts that a terminal could stumble over quoted."""
    parts = (part if part.isprintable() and part else repr(part) for part in key)
    return ".".join(parts).replace(".[", "[")


class _Structuring:
    """One pass over a merged config that goes on after a problem."""

    def __init__(self, merged: Merged, catalogue: Catalogue) -> None:
        self.merged = merged
        self.catalogue = catalogue
        self.converter = strict_converter()
        self.lines: list[str] = []

    def project(self) -> Project | None:
        data = self.merged.data
        for key in data:
            if key not in KEYS:
                self.problem((key,), unknown_key(key, KEYS[:-1]))
        parts: dict[str, Any] = {
            "name": self.value(("name",), str, data.get("name")),
            "preset": self.value(("preset",), str | None, data.get("preset")),
            **{key: self.slot((key,), kind, data.get(key, {})) for key, kind in SLOTS.items()},
            **{key: self.table(key, kind) for key, kind in TABLES.items()},
            "training": self.value(("training",), Training, data.get("training", {})),
            "generation": self.value(("generation",), Generation, self.generation()),
        }
        self.value(("$schema",), str, data.get("$schema", ""))
        self.named(("name",), parts["name"])
        return None if self.lines else Project(**parts)

    def problem(self, key: Key, text: str) -> None:
        self.lines.append(f"{self.merged.setter(key).place}: {dotted(key)}: {' '.join(text.split())}")

    def value(self, key: Key, hint: Any, value: object) -> Any:
        try:
            return self.converter.structure(value, hint)
        except Misfit as misfit:
            for inner, text in misfit.problems:
                self.problem((*key, *inner), text)
            return None

    def named(self, key: Key, name: object) -> None:
        try:
            Named()(None, None, "untitled" if name is None else name)
        except ValueError as error:
            self.problem(key, str(error))

    def table(self, key: str, kind: str) -> dict[str, Slot]:
        table = self.merged.data.get(key, {})
        if not isinstance(table, dict):
            self.value((key,), dict, table)
            return {}
        for name in table:
            self.named((key, name), name)
        slots = {name: self.slot((key, name), kind, entry) for name, entry in table.items()}
        return {name: slot for name, slot in slots.items() if slot is not None}

    def slot(self, key: Key, kind: str, table: object) -> Slot | None:
        if not isinstance(table, dict):
            self.value(key, str | dict[str, Any], table)
            return None
        implied = key[1] if len(key) == 2 else None
        use = self.value((*key, "use"), str, table.get("use", implied))
        if use is None:
            return None
        try:
            component = self.catalogue.component(kind, use)
        except PluginError as error:
            self.problem((*key, "use") if "use" in table else key, str(error))
            return None
        options = self.default_paths(component) | {name: value for name, value in table.items() if name != "use"}
        made = self.value(key, component.config, options)
        return None if made is None else Slot(use=use, component=component, options=made)

    def default_paths(self, component: Component) -> dict[str, object]:
        """Return the options that are a relative path by default: it is taken from the project's folder."""
        folder = self.merged.layers[0].folder
        return {name: located(str(path), folder) for name, path in relative_defaults(component.config).items()}

    def generation(self) -> object:
        """Return the generation table with paths of profiles made absolute; bundled names stay names."""
        table = self.merged.data.get("generation", {})
        if not isinstance(table, dict):
            return table
        profiles = table.get("profiles")
        named = {name: self.profile(value) for name, value in profiles.items()} if isinstance(profiles, dict) else {}
        changes = {
            "profile": self.profile(table.get("profile")),
            "profiles": named or profiles,
            "timeline": self.timeline(table.get("timeline")),
        }
        return {**table, **{name: value for name, value in changes.items() if name in table}}

    def timeline(self, scenes: object) -> object:
        if not isinstance(scenes, list):
            return scenes
        tables = [scene if isinstance(scene, dict) else {} for scene in scenes]
        found = [{**t, "profile": self.profile(t["profile"])} if "profile" in t else t for t in tables]
        return [new if isinstance(old, dict) else old for old, new in zip(scenes, found, strict=True)]

    def profile(self, value: object) -> object:
        if not isinstance(value, str) or not (value.endswith(".json") or set(value) & set("/\\")):
            return value
        try:
            return str(located_path(value))
        except Misfit:
            return value  # no path after all: the reader of profiles will say so


def resolved_data(project: Project) -> dict[str, Any]:
    """Return the whole config as JSON, with the default of every option written out."""
    data: dict[str, Any] = {"name": project.name, "preset": project.preset}
    data |= {key: _slot_data(getattr(project, key)) for key in SLOTS}
    for key in TABLES:
        data[key] = {name: _slot_data(slot) for name, slot in getattr(project, key).items()}
    return {**data, "training": plain(project.training), "generation": plain(project.generation)}


def _slot_data(slot: Slot) -> dict[str, Any]:
    return {"use": slot.use, **plain(slot.options)}
