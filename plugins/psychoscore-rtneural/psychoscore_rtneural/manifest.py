"""The manifest of an exported folder, and whether the folder is what it says; nothing in the folder is trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import bytes_of, digest, json_object
from psychoscore_core.stages.export import Finding

FORMAT, VERSION, MANIFEST = "rtneural", 1, "manifest.json"
MOST_BYTES, MOST_FILES, MOST_WIDTH, MOST_LAYERS = 1 << 28, 50, 1 << 16, 1000
T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


class _Bad(Exception):
    pass


def examined(folder: Path) -> list[Finding]:
    """Return one finding for every file of an exported folder, the manifest first; raises nothing on a bad folder."""
    try:
        facts = _manifest(folder)
    except _Bad as problem:
        return [Finding(file=MANIFEST, ok=False, text=str(problem))]
    title = f"{facts['inputs']} -> {facts['outputs']}, {len(facts['layers'])} layers"
    found = [Finding(file=MANIFEST, ok=True, text=title)]
    for name, wanted in sorted(facts["files"].items()):
        try:
            found.append(Finding(file=name, ok=True, text=_file(folder / name, wanted, facts)))
        except _Bad as problem:
            found.append(Finding(file=name, ok=False, text=str(problem)))
    known = {MANIFEST, *facts["files"]}
    strangers = sorted(path.name for path in folder.iterdir() if path.name not in known)
    return found + [Finding(file=name, ok=False, text="not named by the manifest") for name in strangers]


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    facts = _object(path, _read(path, 1 << 22))
    if (facts.get("format"), facts.get("version")) != (FORMAT, VERSION):
        raise _Bad(f"not a manifest of the format {FORMAT!r}, version {VERSION}")
    files, layers = facts.get("files"), facts.get("layers")
    if not isinstance(files, dict) or not 0 < len(files) <= MOST_FILES or not all(map(_NAME.fullmatch, files)):
        raise _Bad("names no files, too many, or files outside the folder")
    for entry in files.values():
        if not isinstance(entry, dict) or type(entry.get("bytes")) is not int or type(entry.get("sha256")) is not str:
            raise _Bad("every file needs its size in bytes and its sha256")
    if not isinstance(layers, list) or not 0 < len(layers) <= MOST_LAYERS:
        raise _Bad("names no layers, or too many")
    if not all(type(facts.get(key)) is int and 0 < facts[key] <= MOST_WIDTH for key in ("inputs", "outputs")):
        raise _Bad("says no width of input and output")
    return facts


def _file(path: Path, wanted: dict[str, Any], facts: dict[str, Any]) -> str:
    data = _read(path, min(wanted["bytes"], MOST_BYTES))
    if len(data) != wanted["bytes"] or digest(data) != wanted["sha256"]:
        raise _Bad("not the file that was exported: another SHA-256")
    text = f"{len(data):,} bytes, SHA-256 as exported"
    if path.name == "model.json":
        return f"{text}, {_shapes(_object(path, data), facts)}"
    if path.name == "self-test.json":
        return f"{text}, {_vectors(_object(path, data), facts)}"
    return text


def _shapes(model: dict[str, Any], facts: dict[str, Any]) -> str:
    """Compare every layer's type and weights with the manifest: `ModelT::parseJson` itself lets wrong sizes pass."""
    layers = model.get("layers")
    if model.get("in_shape") != [None, None, facts["inputs"]] or not isinstance(layers, list):
        raise _Bad("another input than the manifest's")
    shapes = [
        [layer.get("type"), [_shape(w) for w in layer.get("weights", ())]] if isinstance(layer, dict) else None
        for layer in layers
    ]
    if shapes != [[layer.get("type"), layer.get("weights")] for layer in facts["layers"]]:
        raise _Bad("other layers or shapes than the manifest's")
    return f"{len(layers)} layers of the manifest's shapes"


def _vectors(test: dict[str, Any], facts: dict[str, Any]) -> str:
    shapes = [_shape(test.get(key)) for key in ("inputs", "outputs")]
    rows = shapes[0][0] if shapes[0] else 0
    if not rows or shapes != [[rows, facts["inputs"]], [rows, facts["outputs"]]]:
        raise _Bad("no rows of the manifest's widths")
    return f"{rows} rows"


def _shape(value: Any) -> list[int]:
    """Return the shape of nested lists of finite numbers."""
    if not isinstance(value, list):
        if type(value) not in (int, float) or not math.isfinite(value):
            raise _Bad("holds something else than finite numbers")
        return []
    inner = [_shape(part) for part in value]
    if any(shape != inner[0] for shape in inner):
        raise _Bad("holds a ragged array")
    return [len(value), *(inner[0] if inner else [])]


def _read(path: Path, most: int) -> bytes:
    return _or_bad(path, lambda: bytes_of(path, most))


def _object(path: Path, data: bytes) -> dict[str, Any]:
    return _or_bad(path, lambda: json_object(path, data))


def _or_bad(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except CheckpointError as error:
        raise _Bad(str(error).removeprefix(f"{path}: ")) from None
