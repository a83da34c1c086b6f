"""Which split a song belongs to: official where the archive says so, else a seeded draw; never two for one song."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from psychoscore_core.errors import DataError
from psychoscore_emopia.quadrants import shares
from psychoscore_emopia.tables import CLIP, rows_of

SPLITS = {"train": "train", "val": "validation", "dev": "validation", "test": "test"}  # what a file name begins with
TRAIN, VALIDATION = 0.8, 0.1  # shares of the songs; the rest is test


def official_splits(folder: Path) -> Mapping[str, str]:
    """Return the split of every song that the files in `folder` name; empty where there are none.

    Whatever cell of a row looks like a clip's name is one, so every layout of these files that is about can be read.
    Raises DataError where a song stands in two splits: its clips are so alike that a model would be examined on what
    it has learned.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob("*.csv")):
        split = next((name for start, name in SPLITS.items() if path.name.lower().startswith(start)), None)
        for song in _songs(path) if split else ():
            found[song].add(str(split))
    leaks = sorted(song for song, splits in found.items() if len(splits) > 1)
    if leaks:
        names = ", ".join(leaks[:3]) + (" and others" if len(leaks) > 3 else "")
        raise DataError(f'{folder}: {len(leaks)} songs stand in two splits ({names}); use split "seeded" instead')
    return {song: splits.pop() for song, splits in found.items()}


def seeded_split(song: str, seed: int) -> str:
    """Return a song's split, drawn from the seed and its name alone: 80% train, 10% validation, 10% test."""
    share, _ = shares(f"{seed}/split/{song}")
    return "train" if share < TRAIN else "validation" if share < TRAIN + VALIDATION else "test"


def _songs(path: Path) -> Iterator[str]:
    for row in rows_of(path):
        for cell in row:
            if clip := CLIP.fullmatch(cell.strip().removesuffix(".mid")):
                yield clip["song"]
                break
