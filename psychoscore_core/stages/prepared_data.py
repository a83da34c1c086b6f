"""The prepared data on disk: token rows in flat files, one JSON line an example; grows chunk by chunk.

rows.i32: little-endian int32 (total rows, families). bars.i32: little-endian int32 (total rows,), -1 in the prefix.
examples.jsonl: one object an example. report.jsonl: one object a piece left out. prepare.json: written last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from psychoscore_core.records import ConditionSpace, Vocabulary
from psychoscore_core.whole_files import read_json, write_json

FILES = ("rows.i32", "bars.i32", "examples.jsonl", "report.jsonl")
PROGRESS = "progress.json"


@frozen(kw_only=True)
class Prepared:
    """One tokenized piece on its way to disk: its JSON record and the bytes of its rows and bars."""

    record: Mapping[str, Any]
    rows: bytes
    bars: bytes


@frozen(kw_only=True)
class Skipped:
    """A piece that was left out, and why."""

    id: str
    dataset: str
    reason: str


def facts_of(vocabulary: Vocabulary, space: ConditionSpace) -> dict[str, Any]:
    """Return what prepared data says of the tokens and conditions in it."""
    sizes = [family.size for family in vocabulary.families]
    return {"families": sizes, "vocabulary": vocabulary.digest, "space": space.digest}


class PreparedWriter:
    """Appends chunks; after a kill it goes on behind the last whole chunk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        state = read_json(folder / PROGRESS) or {}
        self.chunks: int = state.get("chunks", 0)
        self.rows: int = state.get("rows", 0)
        self.examples: int = state.get("examples", 0)
        self.skipped: int = state.get("skipped", 0)
        sizes = state.get("sizes", {})
        for name in FILES:
            with (folder / name).open("ab") as file:
                file.truncate(sizes.get(name, 0))

    def append(self, items: Iterable[Prepared | Skipped]) -> None:
        """Write one chunk's items, then note that the chunk is whole."""
        files = {name: (self.folder / name).open("ab") for name in FILES}
        try:
            for item in items:
                self._write(item, files)
        finally:
            for file in files.values():
                file.close()
        self.chunks += 1
        write_json(self.folder / PROGRESS, self._state())

    def finish(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Write prepare.json, which says that the data is complete, and return it."""
        summary = {**facts, "examples": self.examples, "rows": self.rows, "skipped": self.skipped}
        write_json(self.folder / "prepare.json", summary)
        (self.folder / PROGRESS).unlink(missing_ok=True)
        return summary

    def _write(self, item: Prepared | Skipped, files: Mapping[str, Any]) -> None:
        if isinstance(item, Skipped):
            line = {"id": item.id, "dataset": item.dataset, "reason": item.reason}
            files["report.jsonl"].write(_line(line))
            self.skipped += 1
            return
        files["rows.i32"].write(item.rows)
        files["bars.i32"].write(item.bars)
        files["examples.jsonl"].write(_line({**item.record, "offset": self.rows}))
        self.rows += int(item.record["length"])
        self.examples += 1

    def _state(self) -> dict[str, Any]:
        sizes = {name: (self.folder / name).stat().st_size for name in FILES}
        return {
            "chunks": self.chunks,
            "rows": self.rows,
            "examples": self.examples,
            "skipped": self.skipped,
            "sizes": sizes,
        }


def _line(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, separators=(",", ":")) + "\n").encode()


@frozen(kw_only=True)
class PreparedData:
    """A finished prepare stage: its folder and its summary (prepare.json)."""

    folder: Path
    summary: Mapping[str, Any] = field(factory=dict)

    @classmethod
    def read(cls, folder: Path) -> PreparedData:
        return cls(folder=folder, summary=read_json(folder / "prepare.json") or {})
