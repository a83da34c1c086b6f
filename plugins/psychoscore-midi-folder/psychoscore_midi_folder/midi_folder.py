"""The dataset `midi-folder`: any folder of MIDI files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_midi_folder.library import Library
from psychoscore_midi_folder.listing import Names, drawn, midi_files
from psychoscore_midi_folder.pieces import pieces_of
from psychoscore_midi_folder.plugin import MidiFolderConfig
from psychoscore_midi_folder.reading import Good


class MidiFolder:
    """A folder as a dataset; building it reads nothing, keys() lists names, only load() opens a file for its music."""

    def __init__(self, config: MidiFolderConfig) -> None:
        self.config = config
        self.remarks: list[str] = []

    @cached_property
    def _library(self) -> Library:
        config = self.config
        return Library(
            options=config,
            folder=config.path,
            list_names=self._names,
            choice=(config.pattern, config.max_files, config.seed if config.max_files else None),
            remarks=self.remarks,
        )

    def check(self) -> None:
        """Raise DataError where there is no such folder, or no MIDI file in it."""
        folder, pattern = self.config.path, self.config.pattern
        if not folder.is_dir():
            raise DataError(f"{folder}: no such folder; set the dataset's `path`")
        if next(midi_files(folder, [], pattern), None) is None:
            raise DataError(f"{folder}: no MIDI files (.mid, .midi, .kar) that match the pattern {pattern!r}")

    def keys(self) -> Sequence[str]:
        """Return the paths of all files in the folder, in a fixed order."""
        return self._library.names

    def load(self, key: str) -> Sequence[Piece]:
        """Return a file's piece and its transpositions; raises DataError on what the filters leave out."""
        good = self._library.read(key)
        group = self._group(key, good)
        validation, test = self.config.validation, self.config.test
        split = seeded_split(group, self.config.seed, 1 - validation - test, validation)
        return pieces_of(good, self.config, key, group, split, {})

    def digest(self) -> str:
        """Return a digest of the names, sizes and contents (or time stamps) of all files."""
        return self._library.digest()

    def _group(self, key: str, good: Good) -> str:
        folder, slash, _ = key.partition("/")
        return folder if slash and self.config.group_by == "folder" else f"notes-{good.digest.hex()}"

    def _names(self) -> Names:
        names = Names(midi_files(self.config.path, self.remarks, self.config.pattern))
        return drawn(names, self.config.max_files, self.config.seed)
