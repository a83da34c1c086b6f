"""One file of unknown origin, read and judged: its score and notes, or a DataError that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from psychoscore_core.errors import DataError
from psychoscore_midi.reading import MAX_BYTES, read_midi_bytes
from psychoscore_midi_folder.notes import Notes, digest_of_notes, notes_of
from psychoscore_midi_folder.quality import Limits, fault_of, mended_fault

if TYPE_CHECKING:
    from symusic import Score

    from psychoscore_midi_folder.plugin import FileOptions
else:
    Score = FileOptions = Any


@frozen(kw_only=True, eq=False)
class Good:
    """A file that passed the filters of its notes; its bars are still its own."""

    score: Score
    notes: Notes

    @property
    def digest(self) -> bytes:
        return digest_of_notes(self.notes)


def limits_of(options: FileOptions) -> Limits:
    """Return the limits that the options of a dataset set."""
    return Limits(
        min_notes=options.min_notes,
        max_notes=options.max_notes,
        min_bars=options.min_bars,
        max_bars=options.max_bars,
        pitch_range=options.pitch_range,
    )


def read_good(path: Path, limits: Limits, *, isolate: bool) -> Good:
    """Return the file's music; raises DataError, one line with file and fault, where it is none worth learning."""
    data, remarks = contents(path), []
    score = read_midi_bytes(data, str(path), isolate=isolate, remarks=remarks)
    notes = notes_of(score)
    fault = fault_of(notes, limits) or mended_fault(data, remarks)
    if fault:
        raise DataError(f"{path}: {fault}")
    return Good(score=score, notes=notes)


def contents(path: Path) -> bytes:
    """Return a file's bytes; raises DataError where it cannot be read or is far too large for music."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError(f"{path}: {size:,} bytes; at most {MAX_BYTES:,} are read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
