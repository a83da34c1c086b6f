"""Files of an exported folder, which may come from anywhere: bounded, read once, hashed, and used from memory."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psychoscore_core.errors import CheckpointError


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hex digits."""
    return hashlib.sha256(data).hexdigest()


def bytes_of(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file of at most so many; raises CheckpointError.

    A link is none, nor what lies in a linked folder: it may lead out of the export.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or path.parent.is_symlink():
            raise CheckpointError(f"{path}: not a plain file")
        if found.st_size > most:
            raise CheckpointError(f"{path}: {found.st_size} bytes, more than the {most} that it may have")
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None


def exported_bytes(path: Path, size: int, sha256: str) -> bytes:
    """Return the bytes of a file of this size and digest; raises CheckpointError where it has others."""
    data = bytes_of(path, size)
    if len(data) != size or digest(data) != sha256:
        raise CheckpointError(f"{path}: not the file that was exported: {len(data)} bytes, another SHA-256")
    return data


def json_object(path: Path, data: bytes) -> dict[str, Any]:
    """Return the JSON object in a file's bytes; raises CheckpointError where there is none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: holds no JSON object")
    return value


def check_format(path: Path, facts: Mapping[str, Any], name: str, version: int) -> None:
    """Raise CheckpointError on a manifest of another format or version."""
    if facts.get("format") != name or facts.get("version") != version:
        found = f"format {str(facts.get('format'))[:40]!r}, version {str(facts.get('version'))[:40]}"
        raise CheckpointError(f"{path}: {found}; this is {name!r}, version {version}: export the model again")
