"""Tables that come with a corpus: CSV and JSON of unknown origin, within limits."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from psychoscore_core.errors import DataError

MAX_BYTES = 100_000_000


def json_of(path: Path) -> Any:
    """Return a JSON file's value; raises DataError on a file that is none or is too large."""
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a JSON file: {error}") from None


def csv_of(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows by their column names; raises DataError on a file that is none or is too large."""
    try:
        rows = csv.DictReader(_text(path).splitlines(), restval="", restkey="")
        return [{str(name): str(value) for name, value in row.items()} for row in rows]
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV file: {error}") from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: over {MAX_BYTES:,} bytes, too large for a table")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text: {error.reason}") from None
