"""Real music to set beside the takes: a folder of MIDI files, or the datasets that a project names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from psychoscore_core.errors import DataError, MidiError
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
    """Pieces by name, the song that each belongs to, where they come from, and how many files could not be read."""

    scores: Mapping[str, Score]
    songs: Mapping[str, str]
    origin: str
    left_out: int = field(default=0)


def music_in_folder(folder: Path, report: Report, most: int, seed: int = 0) -> RealMusic:
    """Return at most so many pieces of a folder and the folders in it; raises DataError where there are none.

    Which ones is decided by the seed. A damaged file is left out and counted.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    random.Random(seed).shuffle(paths)
    scores: dict[str, Score] = {}
    left_out = 0
    for path in paths:
        if len(scores) >= most:
            break
        try:
            score = read_midi(path)
        except MidiError:
            left_out += 1
            continue
        if score.note_num():
            scores[path.relative_to(folder).as_posix()] = score
            report.progress(folder.name or "music", len(scores), min(most, len(paths)))
    if not scores:
        raise DataError(f"{folder}: no readable MIDI file with notes in it")
    return RealMusic(scores=scores, songs={n: n for n in scores}, origin=str(folder), left_out=left_out)


def split_of_datasets(
    datasets: Mapping[str, Any], held_out: bool, report: Report, most: int, seed: int = 0
) -> RealMusic | None:
    """Return at most so many held-out (or training) pieces of datasets, None where there are none.

    Held-out pieces are those of the test split, or where there is none of the validation split. Of each clip only the
    first piece counts: further ones are its transpositions.
    """
    splits = ("test", "validation") if held_out else ("train",)
    found: dict[str, dict[str, Any]] = {split: {} for split in splits}
    for name, piece in _visited(datasets, report, seed):
        if piece.split in found and piece.score.note_num():
            found[piece.split][f"{name}/{piece.id}"] = piece
        if len(found[splits[0]]) >= most:
            break
    split, pieces = next(((split, of) for split, of in found.items() if of), ("", {}))
    pieces = dict(list(pieces.items())[:most])
    if not pieces:
        return None
    return RealMusic(
        scores={name: piece.score for name, piece in pieces.items()},
        songs={name: piece.group for name, piece in pieces.items()},
        origin=f"{' and '.join(datasets)}, {split} split",
    )


def _visited(datasets: Mapping[str, Any], report: Report, seed: int) -> Iterator[tuple[str, Any]]:
    for name, dataset in datasets.items():
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
                yield name, pieces[0]
