"""Which split a song belongs to: official where the archive says so, else a seeded draw; never two for one song."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from psychoscore_core.corpus_files import csv_lists
from psychoscore_emopia.tables import CLIP

SPLITS = {"train": "train", "val": "validation", "dev": "validation", "test": "test"}  # what a file name begins with


def official_splits(folder: Path, remarks: list[str]) -> Mapping[str, str]:
    """Return the split of every song that the files in `folder` name; empty where there are none.

    Whatever cell of a row looks like a clip's name is one, so every layout of these files that is about can be read.
    A song that stands in several goes where most of its clips are (in a tie to the first of train, validation, test),
    and `remarks` gets one line: its clips are so alike that a model would be examined on what it has learned.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(folder.glob("*.csv")):
        split = next((name for start, name in SPLITS.items() if path.name.lower().startswith(start)), None)
        for song in _songs(path) if split else ():
            found[song][str(split)] += 1
    return {song: _whole(song, clips, remarks) for song, clips in sorted(found.items())}


def _whole(song: str, clips: Mapping[str, int], remarks: list[str]) -> str:
    """Return the one split that all clips of a song go to."""
    order = [split for split in ("train", "validation", "test") if split in clips]
    best = max(order, key=lambda split: clips[split])  # the first of equals
    if len(order) > 1:
        counts = ", ".join(f"{clips[split]} in {split}" for split in order)
        remarks.append(f"the song {song} stands in several splits ({counts}); all of it goes to {best}")
    return best


def _songs(path: Path) -> Iterator[str]:
    for row in csv_lists(path):
        for cell in row:
            if clip := CLIP.fullmatch(cell.strip().removesuffix(".mid")):
                yield clip["song"]
                break
