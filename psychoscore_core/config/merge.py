"""Merging: layers, weakest first, become one tree that remembers who set what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from psychoscore_core.config.model import SLOTS, TABLES

Key = tuple[str, ...]  # ("temperature", "base_temperature")


@frozen(kw_only=True)
class Layer:
    """One source of config.

    name: "default", "system", "preset", "user", "project" or "--set". place: the file, "--set", "preset tragedy".
    folder: what relative paths in it are relative to. data: its tables, slots in long form (see `long_form`).
    """

    name: str
    place: str
    folder: Path
    data: Mapping[str, Any]


class Located(str):
    """A text of a config that remembers the folder of its file, for when it turns out to be a path."""

    __slots__ = ("folder",)
    folder: Path


@frozen(kw_only=True)
class Merged:
    """The outcome of a merge.

    setters: for each key in effect the strongest layer that set it or something below it.
    cuts: for each key where a layer began anew, the index of that layer: weaker statements no longer count.
    """

    layers: tuple[Layer, ...]
    data: dict[str, Any] = field(factory=dict)
    setters: dict[Key, Layer] = field(factory=dict)
    cuts: dict[Key, int] = field(factory=dict)

    def setter(self, key: Key) -> Layer:
        """Return the layer that set the key, or else the nearest table around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.setters:
                return self.setters[key[:length]]
        return self.layers[0]

    def cut(self, key: Key, index: int) -> Layer | None:
        """Return the layer that made the statement of the layer at `index` about this key void, if any."""
        cuts = [self.cuts.get(key[:length], 0) for length in range(1, len(key) + 1)]
        return self.layers[max(cuts)] if max(cuts) > index else None


def long_form(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a copy with every slot as a table ("model": "rules" is {"use": "rules"}) and every text located."""
    return {name: _long((name,), value, folder) for name, value in data.items()}


def _long(key: Key, value: object, folder: Path) -> Any:
    if isinstance(value, dict):
        return {name: _long((*key, name), inner, folder) for name, inner in value.items()}
    if isinstance(value, list):
        return [_long((*key, "[]"), inner, folder) for inner in value]
    if not isinstance(value, str):
        return value
    text = located(value, folder)
    return {"use": text} if is_slot(key) else text


def located(value: str, folder: Path) -> Located:
    """Return the text as one of a file in that folder."""
    text = Located(value)
    text.folder = folder
    return text


def is_slot(key: Key) -> bool:
    """Say whether the key names one component: "model" or "datasets.emopia"."""
    return key[0] in SLOTS if len(key) == 1 else len(key) == 2 and key[0] in TABLES


def merge(layers: Sequence[Layer]) -> Merged:
    """Merge layers, weakest first.

    Tables merge key by key and everything else is replaced. A slot that gets another component begins anew,
    and so does a key that turns from a table into something else. `null` removes an entry of a table of slots
    or of `generation.profiles`, or empties the table.
    """
    merged = Merged(layers=tuple(layers))
    for index, layer in enumerate(layers):
        _overlay(merged, index, merged.data, layer.data, ())
    return merged


def _overlay(merged: Merged, index: int, below: dict[str, Any], above: Mapping[str, Any], at: Key) -> None:
    for name, value in above.items():
        key = (*at, name)
        if name in below and _begins_anew(key, below[name], value):
            _forget(merged, key, index)
            del below[name]
        if value is None and _is_removable(key):
            continue
        merged.setters[key] = merged.layers[index]
        if isinstance(value, Mapping):
            _overlay(merged, index, below.setdefault(name, {}), value, key)
        else:
            below[name] = value


def _begins_anew(key: Key, old: object, new: object) -> bool:
    if new is None and _is_removable(key):
        return True
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        implied = key[-1] if len(key) == 2 else None  # an entry's name is its component unless it says otherwise
        before = old.get("use", implied)
        return is_slot(key) and new.get("use", before) != before
    return isinstance(old, Mapping) or isinstance(new, Mapping)


def _forget(merged: Merged, key: Key, index: int) -> None:
    merged.cuts[key] = index
    for known in [known for known in merged.setters if known[: len(key)] == key]:
        del merged.setters[known]


def _is_removable(key: Key) -> bool:
    if key[:2] == ("generation", "profiles"):
        return len(key) <= 3
    return key[0] in TABLES and len(key) <= 2
