"""The dataset `lakh`: LMD-full or LMD-matched in the layout of their archives (Raffel 2016).

lmd_full/0/0a1b....mid                              16 folders by the first digit of the file's MD5
lmd_matched/A/B/C/TRABC.../0a1b....mid              the same files below the track of the Million Song Dataset
match_scores.json                                   {"TRABC...": {"0a1b...": 0.73, ...}, ...}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_midi_folder.library import Library
from psychoscore_midi_folder.listing import Names, drawn, midi_files
from psychoscore_midi_folder.pieces import pieces_of
from psychoscore_midi_folder.plugin import LakhConfig
from psychoscore_midi_folder.tables import json_of

TRACK = re.compile(r"(?:.*/)?(?P<track>TR[A-Z0-9]{16})/[^/]+")
FOLDERS = {"matched": ("lmd_matched", "lmd_aligned"), "full": ("lmd_full",)}
SCORES = "match_scores.json"


class Lakh:
    """Lakh MIDI as a dataset; of matched files all of a track are one group."""

    def __init__(self, config: LakhConfig) -> None:
        self.config = config
        self.remarks: list[str] = []

    @cached_property
    def _root(self) -> Path:
        """The folder that is read: one of the known names in the path, or the path itself."""
        path, part = self.config.path, self.config.part
        wanted = ("matched", "full") if part == "auto" else (part,)
        known = [path / name for each in wanted for name in FOLDERS[each]]
        return next((folder for folder in known if folder.is_dir()), path)

    @cached_property
    def _matched(self) -> bool:
        """Whether the first file lies in a track's folder."""
        return bool(TRACK.fullmatch(next(midi_files(self._root, []), "")))

    @cached_property
    def _score_file(self) -> Path | None:
        places = (self._root / SCORES, self._root.parent / SCORES, self.config.path / SCORES)
        return next((place for place in places if place.is_file()), None) if self._matched else None

    @cached_property
    def _library(self) -> Library:
        config = self.config
        chooses = self._score_file is not None and (config.best or config.min_score > 0)
        return Library(
            options=config,
            folder=self._root,
            list_names=self._names,
            choice=(
                chooses,
                config.best,
                config.min_score,
                config.max_files,
                config.seed if config.max_files else None,
            ),
            tables=[self._score_file] if self._score_file else [],
            remarks=self.remarks,
        )

    def check(self) -> None:
        """Raise DataError where the files, or the scores that an option needs, are not there."""
        root = self._root
        if next(midi_files(root, []), None) is None:
            raise DataError(f"{root}: no MIDI files of the Lakh MIDI Dataset here; set the dataset's `path`")
        if self.config.part != "auto" and self._matched != (self.config.part == "matched"):
            raise DataError(f"{root}: this is not the part {self.config.part!r} of the Lakh MIDI Dataset")
        if self.config.min_score > 0 and self._matched and self._score_file is None:
            raise DataError(f"{root}: min_score needs {SCORES}, which is neither here nor in the folder above")

    def keys(self) -> Sequence[str]:
        """Return the paths of all chosen files, in a fixed order."""
        return self._library.names

    def load(self, key: str) -> Sequence[Piece]:
        """Return a file's piece and its transpositions; raises DataError on what the filters leave out."""
        good = self._library.read(key)
        found = TRACK.fullmatch(key)
        group = found["track"] if found else f"notes-{good.digest.hex()}"
        validation, test = self.config.validation, self.config.test
        split = seeded_split(group, self.config.seed, 1 - validation - test, validation)
        return pieces_of(good, self.config, key, group, split, {"track": found["track"]} if found else {})

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents (or time stamps) of all files and of the scores."""
        return self._library.digest()

    def _names(self) -> Names:
        scores = scores_of(self._score_file) if self._score_file else {}
        files = midi_files(self._root, self.remarks)
        chosen = _chosen(files, scores, self.config) if scores else files
        return drawn(Names(chosen), self.config.max_files, self.config.seed)


def scores_of(path: Path) -> Mapping[str, Mapping[str, float]]:
    """Return the score of every file (MD5) of every track; raises DataError on a file of another shape."""
    value = json_of(path)
    if not isinstance(value, dict) or not all(isinstance(files, dict) for files in value.values()):
        raise DataError(f"{path}: not a table of tracks, each with the scores of its files")
    if not all(isinstance(score, (int, float)) for files in value.values() for score in files.values()):
        raise DataError(f"{path}: a score that is no number")
    return value


def _chosen(files: Iterator[str], scores: Mapping[str, Mapping[str, float]], config: LakhConfig) -> Iterator[str]:
    """Yield each track's files that score enough, or only the best of them; a file without a score has 0."""
    for folder, names in groupby(files, key=lambda name: name.rpartition("/")[0]):
        known = scores.get(folder.rpartition("/")[2], {})
        ranked = [(known.get(Path(name).stem, 0.0), name) for name in names]
        enough = [(score, name) for score, name in ranked if score >= config.min_score]
        if enough and config.best:
            yield max(enough, key=lambda each: each[0])[1]  # the first of equals
        else:
            yield from (name for _, name in enough)
