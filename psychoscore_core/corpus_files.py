"""What datasets need of a corpus that somebody downloaded: its tables, read with care, and splits drawn by name."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from pathlib import Path

from psychoscore_core.errors import DataError

MOST_BYTES = 100_000_000


def text_of(path: Path, most: int = MOST_BYTES) -> str:
    """Return a UTF-8 file's text; raises DataError where it cannot be read, is no text, or has over `most` bytes."""
    try:
        if path.stat().st_size > most:
            raise DataError(f"{path}: too large for a table (over {most:,} bytes)")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file: {error.reason}") from None


def csv_lists(path: Path) -> list[list[str]]:
    """Return a CSV file's rows, its header among them; raises DataError on a file that is none."""
    try:
        return list(csv.reader(io.StringIO(text_of(path), newline="")))
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV file: {error}") from None


def csv_rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return a CSV file's rows by the header's names, "" where a row is short; what has no name is dropped.

    Raises DataError on a file that is none, or that lacks one of the columns.
    """
    header, *rows = csv_lists(path) or [[]]
    for name in columns:
        if name not in header:
            raise DataError(f"{path}: no column {name!r}")
    named = [(place, name) for place, name in enumerate(header) if name]
    return [{name: row[place] if place < len(row) else "" for place, name in named} for row in rows if row]


def seeded_split(group: str, seed: int, train: float = 0.8, validation: float = 0.1) -> str:
    """Return "train", "validation" or "test", drawn from the seed and a group's name alone.

    A group is what must not be divided, such as a song. train, validation: shares of all groups; the rest is test.
    The same in every process, whichever other groups there are.
    """
    digest = hashlib.sha256(os.fsencode(f"{seed}/split/{group}")).digest()
    share = int.from_bytes(digest[:6]) / 2**48
    return "train" if share < train else "validation" if share < train + validation else "test"
