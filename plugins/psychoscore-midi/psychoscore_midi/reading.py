"""The guarded MIDI reader: any file whatever becomes a score or one MidiError.

    bytes -> structure (chunks, lengths) -> events (data bytes) -> symusic -> validation (times, tempos, limits)

The parser in the middle is native code that has crashed on malformed files, so a single file of unknown origin is
parsed in a process of its own (`isolate=True`), and what reaches the parser is checked first in either case.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psychoscore_core.errors import MidiError
from psychoscore_midi.events import check_events
from psychoscore_midi.structure import normalise, track_bodies

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MAX_BYTES = 32 * 1024 * 1024
TIMEOUT = 20.0  # seconds; the largest file of the usual corpora takes 0.01


def read_midi(
    path: str | Path,
    *,
    isolate: bool = True,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    remarks: list[str] | None = None,
) -> Score:
    """Return the score (in ticks) of a MIDI file; raises MidiError, one line with file and reason, on any other file.

    isolate: parse in a helper process, so that a crash or a hang there is one MidiError here. Loaders that already
    run in worker processes pass False. max_bytes: larger files are not read at all. timeout: seconds that the helper
    process may take. remarks: gets one line for everything that was mended or left out.
    """
    return read_midi_bytes(
        _contents(Path(path), max_bytes), str(path), isolate=isolate, timeout=timeout, remarks=remarks
    )


def read_midi_bytes(
    data: bytes,
    name: str = "MIDI data",
    *,
    isolate: bool = True,
    timeout: float = TIMEOUT,
    remarks: list[str] | None = None,
) -> Score:
    """Return the score of MIDI data as `read_midi` does; `name` stands in front of every error."""
    said: list[str] = []
    try:
        if isolate:
            from psychoscore_midi.isolation import parse_apart

            score = parse_apart(data, said, timeout)
        else:
            score = parse(data, said)
    except MidiError as error:
        raise MidiError(f"{name}: {error}") from None
    if remarks is not None:
        remarks.extend(said)
    return score


def parse(data: bytes, remarks: list[str]) -> Score:
    """Return the valid score of MIDI data, parsed in this process; MidiError gives the reason without a name."""
    data = normalise(data, remarks)
    for track in track_bodies(data):
        check_events(track)
    from symusic import Score as Parser

    from psychoscore_midi.validation import validate

    try:
        # Clamping costs nothing and keeps the parser within its arrays whatever the walk above let through.
        score = Parser.from_midi(data, sanitize_data=True)
    except Exception as error:  # RuntimeError, ValueError, UnicodeDecodeError, MemoryError: the parser's choice
        raise MidiError(_reason(error)) from None
    return validate(score, remarks)


def _contents(path: Path, max_bytes: int) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device would block or never end
            raise MidiError(f"{path}: not a file")
        if facts.st_size > max_bytes:
            raise MidiError(f"{path}: {facts.st_size:,} bytes; at most {max_bytes:,} are read")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise MidiError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _reason(error: Exception) -> str:
    """Return the parser's message as one clause: its first sentence, without its own name."""
    text = " ".join(str(error).split()).removeprefix("MiniMidi: ").removesuffix(": iostream error")
    return f"not readable as MIDI: {text.split('!')[0][:200] or type(error).__name__}"
