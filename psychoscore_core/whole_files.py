"""Files that are whole or absent, for the core and for plugins."""

from __future__ import annotations

import json
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


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON; what JSON does not know is written as text."""
    with replacing(path) as part:
        part.write_text(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n", "utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file of our own writing; returns None where it is missing or damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
