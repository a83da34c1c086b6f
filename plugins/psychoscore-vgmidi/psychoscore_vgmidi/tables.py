"""The corpus's CSV and JSON files, read with care."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from psychoscore_core.corpus_files import csv_rows, text_of
from psychoscore_core.errors import DataError


def rows_of(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return a CSV file's rows, [] where it is not there; raises DataError where it is none or lacks a column."""
    if not path.is_file():
        return []
    return csv_rows(path, *columns)


def ratings_of(path: Path) -> Mapping[str, tuple[float, float]]:
    """Return the mean valence and arousal of each piece that va_continuous.json rates; {} where it is not there."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(text_of(path))
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
