"""The dataset `maestro`: MAESTRO in the layout of its archives (Hawthorne et al. 2019), version 1 to 3.

maestro-v3.0.0.csv      canonical_composer, canonical_title, split, year, midi_filename, audio_filename, duration
2018/MIDI-....midi      one folder for each year of the competition
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from attrs import frozen

from psychoscore_core.corpus_files import csv_rows
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_midi_folder.library import Library, inside
from psychoscore_midi_folder.listing import Names
from psychoscore_midi_folder.pieces import pieces_of
from psychoscore_midi_folder.plugin import MaestroConfig
from psychoscore_midi_folder.tables import json_of

COLUMNS = ("canonical_composer", "canonical_title", "split", "year", "midi_filename")
SPLITS = ("train", "validation", "test")


@frozen(kw_only=True)
class Performance:
    """One row of the metadata; `group` is the composition."""

    name: str
    group: str
    split: str
    labels: Mapping[str, float | int | str]


class Maestro:
    """MAESTRO as a dataset: the official splits, performances of one composition in one group."""

    def __init__(self, config: MaestroConfig) -> None:
        self.config = config
        self.remarks: list[str] = []

    @cached_property
    def _table(self) -> Path:
        """The metadata file: the newest version's, CSV before JSON."""
        found = sorted(self.config.path.glob("maestro-v*.csv")) or sorted(self.config.path.glob("maestro-v*.json"))
        if not found:
            raise DataError(f"{self.config.path}: no maestro-v3.0.0.csv or .json here; set the dataset's `path`")
        return found[-1]

    @cached_property
    def _performances(self) -> Mapping[str, Performance]:
        return performances(self._table, self.remarks)

    @cached_property
    def _library(self) -> Library:
        return Library(
            options=self.config,
            folder=self.config.path,
            list_names=self._names,
            tables=[self._table],
            remarks=self.remarks,
        )

    def check(self) -> None:
        """Raise DataError where the metadata or all of the files are missing."""
        if not any((self.config.path / name).is_file() for name in self._performances):
            raise DataError(f"{self.config.path}: none of the files that {self._table.name} names is here")

    def keys(self) -> Sequence[str]:
        """Return the paths of all performances that are there, in a fixed order."""
        return self._library.names

    def load(self, key: str) -> Sequence[Piece]:
        """Return a performance's piece and its transpositions; raises DataError on what the filters leave out."""
        performance = self._performances.get(key)
        if performance is None:
            raise DataError(f"{self._table.name} names no performance {key!r:.80}")
        good = self._library.read(key)
        return pieces_of(good, self.config, key, performance.group, performance.split, performance.labels)

    def digest(self) -> str:
        """Return a digest of the metadata and of the names, sizes and contents (or time stamps) of all files."""
        return self._library.digest()

    def _names(self) -> Names:
        there = [name for name in sorted(self._performances) if (self.config.path / name).is_file()]
        missing = len(self._performances) - len(there)
        if missing:
            self.remarks.append(f"{missing:,} files that {self._table.name} names are not here")
        return Names(there)


def performances(table: Path, remarks: list[str]) -> Mapping[str, Performance]:
    """Return every performance by its file; raises DataError on a table that lacks what it must hold.

    A composition that stands in several splits goes where most of its performances are, in a tie to the first of
    train, validation, test; `remarks` gets a line for it.
    """
    rows = csv_rows(table) if table.suffix == ".csv" else _json_rows(table)
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataError(f"{table}: no column {missing[0]!r}")
    splits: dict[str, Counter[str]] = defaultdict(Counter)
    for number, row in enumerate(rows, 2):
        if row["split"] not in SPLITS:
            raise DataError(f"{table}: row {number}: the split {row['split']!r:.40} is none of {', '.join(SPLITS)}")
        splits[_group(row)][row["split"]] += 1
    where = {group: _whole(group, counts, remarks) for group, counts in splits.items()}
    return {each.name: each for each in (_performance(row, where) for row in rows)}


def _performance(row: Mapping[str, str], where: Mapping[str, str]) -> Performance:
    group = _group(row)
    labels: dict[str, float | int | str] = {"composer": row["canonical_composer"], "title": row["canonical_title"]}
    if row["year"].isdecimal():
        labels["year"] = int(row["year"])
    return Performance(name=inside(row["midi_filename"]), group=group, split=where[group], labels=labels)


def _group(row: Mapping[str, str]) -> str:
    return " ".join(f"{row['canonical_composer']}: {row['canonical_title']}".casefold().split())


def _whole(group: str, counts: Counter[str], remarks: list[str]) -> str:
    order = [split for split in SPLITS if counts[split]]
    best = max(order, key=lambda split: counts[split])  # the first of equals
    if len(order) > 1:
        several = ", ".join(f"{counts[split]} in {split}" for split in order)
        remarks.append(f"{group} stands in several splits ({several}); all of it goes to {best}")
    return best


def _json_rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of the JSON form: a list of objects (versions 1 and 2), or columns of cells (version 3)."""
    value = json_of(table)
    if isinstance(value, dict) and all(isinstance(column, dict) for column in value.values()):
        numbers = list(next(iter(value.values()), {}))
        value = list(_turned(value, numbers))
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise DataError(f"{table}: neither a list of performances nor a table of columns")
    return [{name: str(cell) for name, cell in row.items()} for row in value]


def _turned(columns: Mapping[str, Mapping[str, object]], numbers: Sequence[str]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {name: column.get(number, "") for name, column in columns.items()}
