"""The corpus's CSV and JSON files, read with care."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path

from psychoscore_core.errors import DataError

MAX_BYTES = 20_000_000


def rows_of(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return a CSV file's rows, [] where it is not there; raises DataError where it is none or lacks a column."""
    if not path.is_file():
        return []
    text = _text(path)
    try:
        reader = csv.DictReader(text.splitlines())
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV file: {error}") from None
    for name in columns:
        if name not in (reader.fieldnames or ()):
            raise DataError(f"{path}: no column {name!r}")
    return rows


def ratings_of(path: Path) -> Mapping[str, tuple[float, float]]:
    """Return the mean valence and arousal of each piece that va_continuous.json rates; {} where it is not there."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(_text(path))
        found = {
            piece: (float(entry["valence_piece"]), float(entry["arousal_piece"])) for piece, entry in content.items()
        }
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        raise DataError(f"{path}: not a table of ratings: {type(error).__name__} {error}") from None
    for piece, rating in found.items():
        if not all(math.isfinite(value) and abs(value) <= 1 for value in rating):
            raise DataError(f"{path}: the ratings of {piece!r:.60} do not lie in [-1, 1]")
    return found


def sign_of(path: Path, row: Mapping[str, str], column: str) -> int:
    """Return a label, -1 or 1; raises DataError on any other."""
    if row[column] not in ("-1", "1"):
        raise DataError(f"{path}: {row['midi']!r:.80} has the {column} {row[column]!r:.20}, which is neither -1 nor 1")
    return int(row[column])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: too large for a table of VGMIDI (over {MAX_BYTES:,} bytes)")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file: {error}") from None
