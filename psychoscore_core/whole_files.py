"""Files that are whole or absent, for the core and for plugins."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; it becomes `path` when the block ends well, and goes when it fails.

    The name is always the same, so that the next writing overwrites what a killed one left: one writer at a time.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path, marker: str) -> Iterator[Path]:
    """Give an empty folder beside `path`; it takes its place when the block ends well, and goes when it fails.

    Raises FileExistsError where `path` is anything but an empty folder or one of the same kind, which holds a file
    `marker`.
    """
    if path.is_symlink() or (path.exists() and not (path.is_dir() and _replaceable(path, marker))):
        raise FileExistsError(
            errno.EEXIST, f"is in the way: no folder with a {marker} that could be replaced", str(path)
        )
    part, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
    for left in (part, old):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        if path.exists():
            path.rename(old)
        part.rename(path)
    finally:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _replaceable(folder: Path, marker: str) -> bool:
    return (folder / marker).is_file() or not any(folder.iterdir())


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON; what JSON does not know is written as text."""
    with replacing(path) as part:
        part.write_text(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n", "utf-8")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; it is not read into memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> Any:
    """Read a JSON file of our own writing; returns None where it is missing or damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
