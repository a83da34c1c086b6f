"""The helper process of the reader: MIDI data comes in on stdin, replies go out on stdout, until stdin ends."""

from __future__ import annotations

import os
import sys

from psychoscore_core.errors import MidiError
from psychoscore_midi.frames import Reply, read_frame, write_frame
from psychoscore_midi.reading import parse

MAX_MEMORY = 4 * 1024**3  # bytes of address space; NumPy and symusic take about 1 GiB of it before any file


def main() -> None:
    """Answer questions until the asker closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not land among the replies
    _limit_memory()
    while True:
        try:
            data = read_frame(sys.stdin.buffer)
        except EOFError:
            return
        write_frame(answers, answer(data).to_bytes())


def answer(data: bytes) -> Reply:
    """Return the reply to one file's data."""
    remarks: list[str] = []
    try:
        return Reply(parse(data, remarks).__getstate__(), tuple(remarks))
    except MidiError as error:
        return Reply(error=str(error))
    except MemoryError:
        return Reply(error="reading it takes more memory than a MIDI file may")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # no such limit on this platform; the size limit of the file still holds
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
