"""The archive's CSV files: labels and keys, and how a clip's name is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from psychoscore_core.corpus_files import csv_lists
from psychoscore_core.errors import DataError
from psychoscore_core.records import KEYS

# Q3_<song on YouTube>_<number>; a song's name may itself hold or begin with _ and -.
CLIP = re.compile(r"(?P<clip>Q(?P<quadrant>[1-4])_(?P<song>.+)_\d+)(?P<segment>_seg\d*)?")
_SHARPS = dict(zip(("C#", "D#", "F#", "G#", "A#"), ("Db", "Eb", "Gb", "Ab", "Bb"), strict=True))


def column(path: Path, key: str, value: str) -> Mapping[str, str]:
    """Return two columns as a mapping; empty where there is no such file, DataError where a column is missing."""
    if not path.exists():
        return {}
    rows = csv_lists(path)
    header = rows[0] if rows else []
    for name in (key, value):
        if name not in header:
            raise DataError(f"{path}: no column {name!r}")
    first, second = header.index(key), header.index(value)
    return {row[first]: row[second] for row in rows[1:] if len(row) > max(first, second)}


def key_and_mode(name: str) -> tuple[str, str] | tuple[None, None]:
    """Return key and mode of a `keyname`, whose case tells: "A#" is Bb Ionian, "f#" is Gb Aeolian."""
    key = name[:1].upper() + name[1:]
    key = _SHARPS.get(key, key)
    if key not in KEYS:
        return None, None
    return key, "Ionian" if name[0].isupper() else "Aeolian"


def check_labels(path: Path, quadrants: Mapping[str, int]) -> None:
    """Raise DataError where label.csv puts a clip into another quadrant than its name does."""
    for clip, label in column(path, "ID", "4Q").items():
        if clip in quadrants and label.strip().upper().removeprefix("Q") != str(quadrants[clip]):
            raise DataError(f"{path}: {clip} is labelled {label!r}, which is not the quadrant in its name")
