"""The manifest of an exported folder: what is in it, what it fits, and the digest of every file.

A folder may come from anywhere: sizes are bounded before anything is read, names cannot lead out of it, and whatever is
used has been read once, hashed, and is used from memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import bytes_of, check_format, exported_bytes, json_object
from psychoscore_onnx.sizes import Kind, Sizes

FORMAT, VERSION = "onnx", 1
NAME = "manifest.json"
MANIFEST_LIMIT, FILE_LIMIT, FOLDER_LIMIT = 1 << 24, 1 << 31, 1 << 34  # bytes
MOST_FILES = 200
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}(/[A-Za-z0-9][A-Za-z0-9._-]{0,100})?")


@frozen(kw_only=True)
class File:
    """A file of the folder: its size and SHA-256."""

    bytes: int
    sha256: str

    def __attrs_post_init__(self) -> None:
        if type(self.bytes) is not int or not 0 <= self.bytes <= FILE_LIMIT or type(self.sha256) is not str:
            raise ValueError("every file needs its size in bytes and its sha256")


@frozen(kw_only=True)
class Manifest:
    """What a manifest says.

    vocabulary, space: digests. warmth: factor on every temperature. hidden: ids of the first family that training never
    showed in a prompt, and that are left out of one. files: by name, all but the manifest.
    """

    sizes: Sizes
    kind: Kind
    vocabulary: str
    space: str
    warmth: float
    hidden: frozenset[int]
    files: Mapping[str, File] = field()

    @files.validator
    def _are_inside(self, attribute: object, files: Mapping[str, File]) -> None:
        if not 0 < len(files) <= MOST_FILES or sum(file.bytes for file in files.values()) > FOLDER_LIMIT:
            raise ValueError(f"must name 1 to {MOST_FILES} files, together of at most {FOLDER_LIMIT} bytes")
        for name in files:
            if not _FILE.fullmatch(name):
                raise ValueError(f"{name[:80]!r} is no name of a file inside the folder")


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest; raises CheckpointError in one line where it is not one of this version."""
    path = folder / NAME
    value = json_object(path, bytes_of(path, MANIFEST_LIMIT))
    check_format(path, value, FORMAT, VERSION)
    try:
        return _manifest(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise CheckpointError(f"{path}: not a manifest ({type(error).__name__}: {str(error)[:200]})") from None


def read_file(folder: Path, name: str, manifest: Manifest) -> bytes:
    """Return the bytes of a file that the manifest names; raises CheckpointError where they are not those it names."""
    file, path = manifest.files.get(name), folder / name
    if file is None:
        raise CheckpointError(f"{folder / NAME}: names no file {name}")
    return exported_bytes(path, file.bytes, file.sha256)


def _manifest(value: Mapping[str, Any]) -> Manifest:
    warmth, hidden = value["warmth"], value["hidden"]
    if type(warmth) not in (int, float) or not math.isfinite(warmth) or not 0.1 <= warmth <= 10:
        raise ValueError("warmth must be a number from 0.1 to 10")
    if not isinstance(hidden, list) or not all(type(token) is int for token in hidden):
        raise ValueError("hidden must be a list of ids")
    if type(value["vocabulary"]) is not str or type(value["space"]) is not str:
        raise ValueError("vocabulary and space must be digests")
    return Manifest(
        sizes=Sizes(**value["sizes"]),
        kind=Kind(quantization=value["quantization"], opset=value["opset"]),
        vocabulary=value["vocabulary"],
        space=value["space"],
        warmth=float(warmth),
        hidden=frozenset(hidden),
        files={name: File(**file) for name, file in value["files"].items()},
    )
