"""Explaining: where a value comes from and what it overrode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import NOTHING, frozen

from psychoscore_core.config.config_class import defaults_of, plain
from psychoscore_core.config.merge import Key, Merged
from psychoscore_core.config.model import SLOTS, TABLES, Generation, Project
from psychoscore_core.config.structure import dotted, resolved_data
from psychoscore_core.errors import ConfigError, did_you_mean
from psychoscore_core.records import Training


@frozen(kw_only=True)
class Origin:
    """One statement about a key.

    layer: "--set", "project", "user", "preset", "system" or "default". place: the file, "--set", "preset tragedy"
    or "default of dynamic". value: as written there. note: why it no longer counts, else "".
    """

    layer: str
    place: str
    value: object
    note: str = ""


@frozen(kw_only=True)
class Resolved:
    """A checked config: the project, the same as JSON with every default in it, and where all of it comes from."""

    project: Project
    data: dict[str, Any]
    merged: Merged

    @classmethod
    def of(cls, project: Project, merged: Merged) -> Resolved:
        return cls(project=project, data=resolved_data(project), merged=merged)

    def explain(self, key: str | Key) -> list[Origin]:
        """Return every statement about a key, strongest first; raises ConfigError on a key that nobody knows.

        key: dotted ("temperature.base_temperature", "temperature") or in parts.
        """
        parts = _parts(key)
        found = [*_stated(self.merged, parts), *_default(self.project, parts)]
        if not found:
            found = [Origin(layer="default", place="default of psychoscore", value=self.value(parts))]
        return found

    def value(self, key: str | Key) -> Any:
        """Return the value in effect; raises ConfigError where there is none."""
        value = lookup(self.data, _parts(key))
        if value is NOTHING:
            known = [dotted(known) for known in _keys(self.data)]
            raise ConfigError(f"{dotted(_parts(key))}: unknown key{did_you_mean(dotted(_parts(key)), known)}")
        return value

    def in_effect(self, key: str | Key) -> bool:
        """Say whether the resolved config has the key; a removed entry or another component's option has none."""
        return lookup(self.data, _parts(key)) is not NOTHING

    def leaves(self, key: str | Key) -> list[Key]:
        """Return the keys of single values at or below a key."""
        parts = _parts(key)
        return [(*parts, *leaf) for leaf in _leaves(lookup(self.data, parts))]


def _parts(key: str | Key) -> Key:
    return tuple(key.split(".")) if isinstance(key, str) else key


def lookup(tree: object, key: Key) -> object:
    """Return what lies at a key, or attrs.NOTHING."""
    for part in key:
        if not isinstance(tree, Mapping) or part not in tree:
            return NOTHING
        tree = tree[part]
    return tree


def _stated(merged: Merged, key: Key) -> Iterator[Origin]:
    for index in reversed(range(len(merged.layers))):
        layer = merged.layers[index]
        value = lookup(layer.data, key)
        if value is not NOTHING:
            cut = merged.cut(key, index)
            note = f"void since {cut.place} begins anew there" if cut else ""
            yield Origin(layer=layer.name, place=layer.place, value=plain(value), note=note)


def _default(project: Project, key: Key) -> Iterator[Origin]:
    """Yield what the key would be if nobody had stated it: the default of a class's field, or of all of them."""
    if len(key) == 3 and key[0] in TABLES and key[2] == "use" and key[1] in getattr(project, key[0]):
        yield Origin(layer="default", place="the entry's name", value=key[1])
    owner, cls, rest = _owner(project, key)
    if cls is None:
        return
    value = lookup(defaults_of(cls), rest)
    if value is not NOTHING:
        yield Origin(layer="default", place=f"default of {owner}", value=value)


def _owner(project: Project, key: Key) -> tuple[str, type | None, Key]:
    """Return who owns a key's default: its name, its config class, and the key within that."""
    head, rest = key[0], key[1:]
    if head in ("training", "generation"):
        return head, Training if head == "training" else Generation, rest
    slot = getattr(project, head) if head in SLOTS else None
    if head in TABLES and rest:
        slot, rest = getattr(project, head).get(rest[0]), rest[1:]
    return (slot.use, slot.component.config, rest) if slot else ("", None, ())


def _keys(tree: Mapping[str, Any], at: Key = ()) -> Iterator[Key]:
    for name, value in tree.items():
        yield (*at, name)
        if isinstance(value, Mapping):
            yield from _keys(value, (*at, name))


def _leaves(tree: object, at: Key = ()) -> Iterator[Key]:
    if not isinstance(tree, Mapping) or not tree:
        yield at
        return
    for name, value in tree.items():
        yield from _leaves(value, (*at, name))
