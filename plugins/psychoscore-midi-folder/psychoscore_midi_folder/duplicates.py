"""The index of duplicates: which file of a folder has the same notes as an earlier one, kept on disk.

Every process that loads pieces asks the same file, so all agree and none holds more than a page of it. What a file's
notes are is remembered by the hash of its content: a file that is moved, or a folder that grows, costs little.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from psychoscore_core.errors import DataError
from psychoscore_midi_folder.fingerprints import Print

VERSION = 1
BLOCK = 2048  # files after which what was found is safe on disk
Examine = Callable[[Sequence[str]], Iterable[bytes | None]]  # names to digests of their notes, None for faulty files

_TABLES = """
    CREATE TABLE notes (content BLOB PRIMARY KEY, notes BLOB) WITHOUT ROWID;
    CREATE TABLE files (place INTEGER PRIMARY KEY, name BLOB, size INTEGER, stamp INTEGER, content BLOB);
    CREATE TABLE duplicates (name BLOB PRIMARY KEY, first BLOB) WITHOUT ROWID;
    CREATE INDEX file_names ON files (name);
"""
_FIND = """
    INSERT INTO duplicates SELECT files.name, earliest.name FROM files JOIN notes USING (content) JOIN
      (SELECT notes.notes AS music, MIN(place) AS first FROM files JOIN notes USING (content)
       WHERE notes.notes IS NOT NULL GROUP BY music) ON music = notes.notes
    JOIN files AS earliest ON earliest.place = first WHERE files.place > first
"""


class Duplicates:
    """The index in one SQLite file; `ready` says whether it has ever been filled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open()
            weakref.finalize(self, self._base.close)
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"{path}: the index of duplicates cannot be opened: {error}; set `cache`") from None

    @property
    def ready(self) -> bool:
        return self._one("SELECT COUNT(*) > 0 FROM (SELECT 1 FROM files LIMIT 1)") == 1

    @property
    def count(self) -> int:
        return int(self._one("SELECT COUNT(*) FROM duplicates"))

    def first_of(self, name: str) -> str | None:
        """Return the earlier file with the same notes, or None."""
        row = self._base.execute("SELECT first FROM duplicates WHERE name = ?", (os.fsencode(name),)).fetchone()
        return os.fsdecode(row[0]) if row else None

    def prints(self) -> Iterator[Print]:
        """Yield the fingerprints of all files in their order."""
        for name, size, stamp, content in self._base.execute(
            "SELECT name, size, stamp, content FROM files ORDER BY place"
        ):
            yield Print(name=os.fsdecode(name), size=size, stamp=stamp, content=content)

    @property
    def known(self) -> Mapping[str, Print]:
        """The fingerprints by name, looked up one at a time."""
        return _Known(self._base)

    def update(self, prints: Iterable[Print], examine: Examine) -> None:
        """Take the folder's files as they are now, in order; `examine` is asked for contents never seen before.

        What it found stays when the work is interrupted; the index as a whole changes at the end, in one go.
        """
        self._base.execute("CREATE TEMP TABLE IF NOT EXISTS now AS SELECT * FROM files LIMIT 0")
        self._base.execute("DELETE FROM now")
        block: list[Print] = []
        for each in prints:
            block.append(each)
            if len(block) == BLOCK:
                self._take(block, examine)
                block = []
        self._take(block, examine)
        with self._base:  # one transaction
            self._base.execute("DELETE FROM files")
            self._base.execute(
                "INSERT INTO files SELECT ROW_NUMBER() OVER (ORDER BY rowid), name, size, stamp, content FROM now"
            )
            self._base.execute("DELETE FROM duplicates")
            self._base.execute(_FIND)

    def _take(self, block: Sequence[Print], examine: Examine) -> None:
        new: dict[bytes, str] = {}
        for each in block:
            if each.content and not self._seen(each.content):
                new.setdefault(each.content, each.name)
        found = zip(new, examine(list(new.values())), strict=True)
        with self._base:
            self._base.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?)", found)
            self._base.executemany(
                "INSERT INTO now (name, size, stamp, content) VALUES (?, ?, ?, ?)",
                [(os.fsencode(each.name), each.size, each.stamp, each.content) for each in block],
            )

    def _seen(self, content: bytes) -> bool:
        return self._base.execute("SELECT 1 FROM notes WHERE content = ?", (content,)).fetchone() is not None

    def _one(self, query: str) -> int:
        return int(self._base.execute(query).fetchone()[0])

    def _open(self) -> None:
        """Open the file; one of another version, or a damaged one, is made anew: it holds nothing but findings."""
        for attempt in (1, 2):
            self._base = sqlite3.connect(self.path, timeout=60, check_same_thread=False)  # any thread may collect it
            try:
                version = self._one("PRAGMA user_version")
                if version == 0 and not self._one("SELECT COUNT(*) FROM sqlite_master"):
                    self._base.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version = {VERSION};COMMIT")
                    return
                if version == VERSION:
                    return
            except sqlite3.DatabaseError:
                if attempt == 2:
                    raise
            self._base.close()
            self.path.unlink(missing_ok=True)


class _Known(Mapping[str, Print]):
    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def __getitem__(self, name: str) -> Print:
        query = "SELECT size, stamp, content FROM files WHERE name = ?"
        with closing(self._base.execute(query, (os.fsencode(name),))) as found:
            row = found.fetchone()
        if row is None:
            raise KeyError(name)
        return Print(name=name, size=row[0], stamp=row[1], content=row[2])

    def __iter__(self) -> Iterator[str]:
        return (os.fsdecode(row[0]) for row in self._base.execute("SELECT name FROM files"))

    def __len__(self) -> int:
        return int(self._base.execute("SELECT COUNT(*) FROM files").fetchone()[0])
