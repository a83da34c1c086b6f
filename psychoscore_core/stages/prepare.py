"""Prepare: datasets become token rows on disk, in parallel, a damaged file being one line of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from psychoscore_core.records import Piece
from psychoscore_core.report import Report


class Dataset(Protocol):
    """What a dataset is; built as `Class(config)` in every worker process, so building it must be cheap.

    Optional: `download(report)` fetches what is missing (only called when the user asked for it).
    """

    def check(self) -> None:
        """Raise DataError, naming the place and what to do, when the data is not there."""

    def keys(self) -> Sequence[str]:
        """Return the ids of all pieces, in a fixed order."""

    def load(self, key: str) -> Sequence[Piece]:
        """Return the piece with this id (with its augmentations, if any); raises DataError on a damaged file."""

    def digest(self) -> str:
        """Return a digest of the content: names, sizes and hashes of what would be read."""


__all__ = ["Dataset", "Report"]
