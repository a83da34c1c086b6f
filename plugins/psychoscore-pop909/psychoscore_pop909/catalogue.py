"""Every song that is there, with its files and its split; nothing of it is parsed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from psychoscore_core.corpus_files import csv_rows, seeded_split
from psychoscore_core.errors import DataError
from psychoscore_pop909.plugin import Pop909Config

ORIGINAL = ("POP909",)
CORRECTED = ("POP909_CL", "POP909_processed")  # as it lies here, and as its authors' repository names it
TABLE = "split_by_song.csv"
NOTES = ("beat_midi.txt", "beat_audio.txt", "chord_midi.txt", "key_audio.txt")  # beside an original
SPLITS = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
_NUMBER = re.compile(r"\d{3}")


@frozen(kw_only=True)
class Song:
    """One song: its number, its files (None where a version of it is not there) and its split."""

    key: str
    original: Path | None
    corrected: Path | None
    split: str

    def files(self) -> list[Path]:
        """Return every file that loading the song may read."""
        found = [path for path in (self.corrected, self.original) if path]
        if self.original:
            found += [path for path in (self.original.with_name(name) for name in NOTES) if path.is_file()]
        return found


def catalogue(config: Pop909Config, remarks: list[str]) -> Mapping[str, Song]:
    """Return all songs by number, in order; raises DataError where the corpus is missing.

    `remarks` gets a line where songs lack the version that the config wants.
    """
    originals = _first(_originals(folder) for folder in _places(config.path, ORIGINAL))
    corrected = _first(_corrected(folder) for folder in _places(config.path, CORRECTED))
    wanted = {"auto": originals | corrected, "corrected": corrected, "original": originals}[config.version]
    if not wanted:
        raise DataError(_missing(config))
    splits = _splits(config.path)
    if config.version == "corrected" and (bare := corrected.keys() - originals.keys()):
        remarks.append(f"{len(bare)} songs have no original: their voices and tempos are not known")
    if config.version == "auto" and corrected and (plain := originals.keys() - corrected.keys()):
        remarks.append(f"{len(plain)} songs are not corrected: their bars come from their beats")
    return {
        key: Song(
            key=key,
            original=originals.get(key),
            corrected=corrected.get(key) if config.version != "original" else None,
            split=splits.get(key) or seeded_split(key, config.seed),
        )
        for key in sorted(wanted)
    }


def split_table(path: Path) -> Path | None:
    """Return split_by_song.csv in the folder or beside it, or None."""
    return next((file for file in (path / TABLE, path.parent / TABLE) if file.is_file()), None)


def _missing(config: Pop909Config) -> str:
    what, home = "POP909", "music-x-lab/POP909-Dataset on GitHub"
    if config.version == "corrected":
        what, home = "POP909_CL", "POP909_processed of AndyWeasley2004/POP909-CL-Dataset on GitHub"
    return f"{config.path}: {what} is not here (no songs named 001 to 909); set the dataset's path, or get {home}"


def _places(path: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """Yield the folders where a version may lie: the path itself, in it, and beside it."""
    yield path
    yield from (folder / name for folder in (path, path.parent) for name in names)


def _first(found: Iterator[Mapping[str, Path]]) -> dict[str, Path]:
    return dict(next((songs for songs in found if songs), {}))


def _originals(folder: Path) -> Mapping[str, Path]:
    files = ((path.parent.name, path) for path in sorted(folder.glob("[0-9][0-9][0-9]/*.mid")))
    return {number: path for number, path in files if path.stem == number}


def _corrected(folder: Path) -> Mapping[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.mid")) if _NUMBER.fullmatch(path.stem)}


def _splits(path: Path) -> Mapping[str, str]:
    file = split_table(path)
    if file is None:
        return {}
    rows = [(row.get("song", ""), row.get("split", "")) for row in csv_rows(file)]
    return {song: _split(file, song, split) for song, split in rows}


def _split(file: Path, song: str, split: str) -> str:
    if split not in SPLITS:
        raise DataError(f"{file}: the song {song!r:.20} is in {split!r:.20}, which is none of train, val and test")
    return SPLITS[split]
