"""Real music to set beside the takes: a folder of MIDI files, or the datasets that a project names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from psychoscore_core.errors import DataError, MidiError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.report import Report
from psychoscore_midi.reading import read_midi

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MOST_PIECES = 200  # of held-out music
MOST_VISITED = 4000  # pieces of a dataset that are opened to look for a split
ENDINGS = (".mid", ".midi")


@frozen(kw_only=True)
class RealMusic:
    """Pieces by name, where they come from, and how many files could not be read.

    origins: the dataset of each piece, where there are several; else the same for all.
    """

    pieces: Mapping[str, Piece]
    origin: str
    left_out: int = field(default=0)
    origins: Mapping[str, str] = field(factory=dict)

    @property
    def scores(self) -> dict[str, Score]:
        """Return the pieces' music by name."""
        return {name: piece.score for name, piece in self.pieces.items()}

    @property
    def songs(self) -> dict[str, str]:
        """Return the song that each piece belongs to."""
        return {name: piece.group for name, piece in self.pieces.items()}


def music_in_folder(folder: Path, report: Report, most: int, seed: int = 0) -> RealMusic:
    """Return at most so many pieces of a folder and the folders in it; raises DataError where there are none.

    Which ones is decided by the seed. A damaged file is left out and counted.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    random.Random(seed).shuffle(paths)
    pieces: dict[str, Piece] = {}
    left_out = 0
    for path in paths:
        if len(pieces) >= most:
            break
        try:
            score = read_midi(path)
        except MidiError:
            left_out += 1
            continue
        if score.note_num():
            name = path.relative_to(folder).as_posix()
            pieces[name] = Piece(id=name, score=score, profile=Profile(), group=name, split="test")
            report.progress(folder.name or "music", len(pieces), min(most, len(paths)))
    if not pieces:
        raise DataError(f"{folder}: no readable MIDI file with notes in it")
    return RealMusic(pieces=pieces, origin=str(folder), left_out=left_out)


def split_of_datasets(
    datasets: Mapping[str, Any], held_out: bool, report: Report, most: int, seed: int = 0
) -> RealMusic | None:
    """Return at most so many held-out (or training) pieces of datasets, None where there are none.

    Held-out pieces are those of a dataset's test split, or where it has none of its validation split. Of each clip only
    the first piece counts: further ones are its transpositions. Every dataset gives as many as it can, up to an even
    share of `most`.
    """
    splits = ("test", "validation") if held_out else ("train",)
    pieces: dict[str, Piece] = {}
    origins, origin = {}, []
    for name, dataset in datasets.items():
        share = most if not held_out else -(-most // len(datasets))
        split, found = _of_split(_visited(name, dataset, report, seed), splits, share)
        pieces |= {f"{name}/{piece.id}": piece for piece in found}
        origins |= {f"{name}/{piece.id}": name for piece in found}
        origin += [f"{name}, {split} split"] * bool(found)
    return RealMusic(pieces=pieces, origin="; ".join(origin), origins=origins) if pieces else None


def _of_split(visited: Iterator[Piece], splits: Sequence[str], most: int) -> tuple[str, list[Piece]]:
    """Return the first of the splits that has pieces, and at most so many of these."""
    found: dict[str, list[Piece]] = {split: [] for split in splits}
    for piece in visited:
        if piece.split in found and piece.score.note_num():
            found[piece.split].append(piece)
        if len(found[splits[0]]) >= most:
            break
    split = next((split for split, of in found.items() if of), splits[-1])
    return split, found[split][:most]


def _visited(name: str, dataset: Any, report: Report, seed: int) -> Iterator[Piece]:
    keys = list(dataset.keys())
    random.Random(seed).shuffle(keys)
    keys = keys[:MOST_VISITED]
    for done, key in enumerate(keys):
        report.progress(name, done + 1, len(keys))
        try:
            pieces = dataset.load(key)
        except DataError:
            continue
        if pieces:
            yield pieces[0]
