"""What tells whether files have changed: sizes, and contents or time stamps."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from attrs import frozen


@frozen(kw_only=True)
class Print:
    """One file: its name, size, time stamp (ns), and SHA-256 of its content, b"" where nobody read it."""

    name: str
    size: int
    stamp: int
    content: bytes


def fingerprints(
    folder: Path, names: Iterable[str], *, read: bool, known: Mapping[str, Print] | None = None
) -> Iterator[Print]:
    """Yield the fingerprint of each file; one that is gone or unreadable has the size -1.

    read: hash the contents, except of those that `known` has with the same size and time stamp.
    """
    for name in names:
        try:
            facts = (folder / name).stat()
            before = known.get(name) if known is not None else None
            same = before is not None and (before.size, before.stamp) == (facts.st_size, facts.st_mtime_ns)
            content = before.content if before and same else _hash(folder / name) if read else b""
            yield Print(name=name, size=facts.st_size, stamp=facts.st_mtime_ns, content=content)
        except OSError:
            yield Print(name=name, size=-1, stamp=0, content=b"")


def total_of(prints: Iterable[Print], fingerprint: Literal["content", "stat"], extra: Iterable[Path] = ()) -> str:
    """Return the digest of files and of tables beside them (`extra`, always read): 16 hex digits."""
    total = hashlib.sha256()
    for each in prints:
        what = each.content.hex() if fingerprint == "content" else str(each.stamp)
        total.update(os.fsencode(f"{each.name} {each.size} {what}\n"))
    for path in extra:
        total.update(f"{path.name} {_hash(path).hex()}\n".encode())
    return total.hexdigest()[:16]


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
