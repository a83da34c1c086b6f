"""The dataset `jsb-chorales`: grids become pieces of four tracks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psychoscore_chorales.bars import key_of, pickup_of
from psychoscore_chorales.grids import Grid, read_grid, read_json
from psychoscore_chorales.plugin import ChoralesConfig
from psychoscore_chorales.scores import score_of
from psychoscore_chorales.twins import informed, twins
from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, Attributes, Piece

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

JSON = "Jsb16thSeparated.json"
SHARES = (0.6, 0.2)  # of the chorales, to train on and to validate; the rest is test
LOWEST, HIGHEST = 33, 84  # what voices sing, with some room: no transposition leaves it


class Chorales:
    """The chorales as a dataset; building it reads nothing."""

    def __init__(self, config: ChoralesConfig) -> None:
        self.config = config
        self.remarks: list[str] = []  # what is not as it could be, one line each

    def check(self) -> None:
        """Raise DataError where the source is missing or damaged."""
        _ = self._splits

    def keys(self) -> Sequence[str]:
        """Return the ids of all chorales of the source, in a fixed order."""
        return tuple(self._splits)

    def load(self, key: str) -> Sequence[Piece]:
        """Return a chorale, for training with its transpositions; raises DataError on a damaged file."""
        if key not in self._splits:
            raise DataError(f"jsb-chorales: there is no chorale {key!r}")
        grid, filled = (self._grid(key), True) if self.config.source == "json" else (read_grid(self._files[key]), False)
        score = score_of(grid, pickup_of(grid, filled), grid.tempo or self.config.tempo)
        shifts = self._shifts(grid) if self._splits[key] == "train" else (0,)
        return [self._piece(key, grid, score, shift) for shift in shifts]

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents of every file that load() and the splits depend on."""
        total, file = hashlib.sha256(), self.config.path / JSON
        for path in [*([file] if file.is_file() else []), *self._files.values()]:
            data = path.read_bytes()
            total.update(f"{path.name} {len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()[:16]

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        folders = (self.config.path / "midi", self.config.path)
        found = next((files for folder in folders if (files := sorted(folder.glob("*.mid")))), [])
        return {path.stem: path for path in found}

    @cached_property
    def _table(self) -> Mapping[str, Grid]:
        path = self.config.path / JSON
        return read_json(path) if path.is_file() else {}

    @cached_property
    def _midi(self) -> Mapping[str, Grid]:
        """Return every MIDI file that can be read; what is wrong with another shows when that is loaded."""
        found = {}
        for key, path in self._files.items():
            try:
                found[key] = read_grid(path)
            except DataError as error:
                self.remarks.append(str(error))
        return found

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        """Return every chorale's split; raises DataError where the source is not there."""
        if not (self._table if self.config.source == "json" else self._files):
            what = JSON if self.config.source == "json" else "folder midi"
            raise DataError(
                f"{self.config.path}: the chorales are not here (no {what}); set the dataset's path, or get {JSON} "
                "from czhuang/JSB-Chorales-dataset on GitHub"
            )
        if self.config.source == "json":
            return {key: key.rpartition("-")[0] for key in self._table}
        known = twins(self._midi, self._table)
        return {
            key: known[key].rpartition("-")[0] if key in known else seeded_split(key, self.config.seed, *SHARES)
            for key in self._files
        }

    @cached_property
    def _twins(self) -> Mapping[str, str]:
        return twins(self._table, self._midi) if self.config.twins else {}

    def _grid(self, key: str) -> Grid:
        twin = self._twins.get(key)
        return informed(self._table[key], self._midi[twin]) if twin else self._table[key]

    def _shifts(self, grid: Grid) -> Iterator[int]:
        low, high = int(grid.pitches[grid.pitches >= 0].min()), int(grid.pitches.max())
        for shift in range(-self.config.transpose, self.config.transpose + 1):
            if shift == 0 or (low + shift >= LOWEST and high + shift <= HIGHEST):
                yield shift

    def _piece(self, key: str, grid: Grid, score: Score, shift: int) -> Piece:
        tonic, mode = key_of(grid)
        moved = score.shift_pitch(shift) if shift else score
        for event in moved.key_signatures if shift else ():
            event.key = (event.key + 7 * shift + 6) % 12 - 6
        return Piece(
            id=key + (f"{shift:+d}" if shift else ""),
            score=moved,
            profile=Profile(),
            group=key,
            split=self._splits[key],
            attributes=Attributes(
                key=tonic and KEYS[(KEYS.index(tonic) + shift) % 12],
                mode=mode,
                tempo=grid.tempo and round(grid.tempo, 2),
            ),
        )
