"""The files of one dataset: their names, a digest of them, and which of them are duplicates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from attrs import asdict, define

from psychoscore_core.errors import DataError
from psychoscore_core.records import digest_of
from psychoscore_midi_folder.duplicates import Duplicates
from psychoscore_midi_folder.examining import examine
from psychoscore_midi_folder.fingerprints import fingerprints, total_of
from psychoscore_midi_folder.listing import Names
from psychoscore_midi_folder.reading import Good, limits_of, read_good

if TYPE_CHECKING:
    from psychoscore_midi_folder.plugin import FileOptions
else:
    FileOptions = Any


@define(kw_only=True, eq=False, slots=False)
class Library:
    """The files below a folder that a dataset is made of.

    names: lists them, called once. choice: what decides that list besides the folder. tables: files whose content
    counts as well. remarks: gets a line for the user.
    """

    options: FileOptions
    folder: Path
    list_names: Callable[[], Names]
    choice: tuple[Any, ...] = ()
    tables: Sequence[Path] = ()
    remarks: list[str]

    @cached_property
    def names(self) -> Names:
        """The names of all files, with slashes; where duplicates are dropped the index is brought up to date."""
        _ = self._current
        return self._listed

    def digest(self) -> str:
        """Return a digest of names, sizes and, as the options say, contents or time stamps."""
        fingerprint = self.options.fingerprint
        index = self._current
        prints = index.prints() if index else fingerprints(self.folder, self._listed, read=fingerprint == "content")
        return total_of(prints, fingerprint, self.tables)

    def read(self, name: str) -> Good:
        """Return a file's music; raises DataError on a fault, on a duplicate and on a name from elsewhere."""
        path = self.folder / inside(name)
        first = self._index.first_of(name) if self._index else None
        if first is not None:
            raise DataError(f"{path}: duplicate of {first}")
        return read_good(path, limits_of(self.options), isolate=self.options.isolate)

    @cached_property
    def _listed(self) -> Names:
        return self.list_names()

    @cached_property
    def _index(self) -> Duplicates | None:
        """The index as it is; one that was never filled is filled first."""
        if self.options.duplicates == "keep":
            return None
        index = Duplicates(self._place())
        return index if index.ready else self._filled(index)

    @cached_property
    def _current(self) -> Duplicates | None:
        """The index after a look at every file; None where duplicates are kept."""
        if self.options.duplicates == "keep":
            return None
        index = self._filled(Duplicates(self._place()))
        if index.count:
            count, total = index.count, len(self._listed)
            self.remarks.append(f"{count:,} of {total:,} files have the notes of an earlier one and are left out")
        self.__dict__["_index"] = index
        return index

    def _filled(self, index: Duplicates) -> Duplicates:
        known = index.known if self.options.fingerprint == "stat" else None
        prints = fingerprints(self.folder, self._listed, read=True, known=known)
        index.update(prints, partial(examine, self.folder, limits_of(self.options)))
        return index

    def _place(self) -> Path:
        from platformdirs import user_cache_path

        facts = [str(self.folder.resolve()), asdict(limits_of(self.options)), [str(each) for each in self.choice]]
        return (self.options.cache or user_cache_path("psychoscore") / "midi-folder") / f"{digest_of(facts)}.sqlite"


def inside(name: str) -> str:
    """Return the name; raises DataError where it leads out of the folder or is none."""
    path = PurePosixPath(name)
    if not name or "\0" in name or "\\" in name or ":" in name[:2] or path.is_absolute() or ".." in path.parts:
        raise DataError(f"there is no file {name!r:.80} in the dataset")
    return name
