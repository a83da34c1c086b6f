"""Parsing in a process of its own, which may crash or hang without anybody else noticing more than an error."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from psychoscore_core.errors import MidiError
from psychoscore_midi.frames import Reply, read_frame, write_frame

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any


def parse_apart(data: bytes, remarks: list[str], timeout: float) -> Score:
    """Return the valid score of MIDI data, parsed in the helper process; MidiError gives the reason without a name."""
    reply = _helper(os.getpid()).ask(data, timeout)
    if reply.error:
        raise MidiError(reply.error)
    remarks.extend(reply.remarks)
    from symusic.core import ScoreTick

    score = ScoreTick.__new__(ScoreTick)
    score.__setstate__(reply.state)  # symusic's own flat form: no pickle is read
    return score


@cache
def _helper(owner: int) -> Helper:
    """Return the helper process of this process; a forked child has another id, and so gets its own."""
    helper = Helper()
    atexit.register(helper.stop)
    return helper


_COMMAND = (sys.executable, "-c", "from psychoscore_midi.parser_process import main; main()")


class Helper:
    """A parser process, started when first asked and again after it died; one question at a time."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, data: bytes, timeout: float) -> Reply:
        """Send MIDI data and return the reply; a crash or no reply within `timeout` seconds is a MidiError."""
        with self._lock:
            process = self._running()
            replies: list[Reply] = []
            talk = threading.Thread(target=_converse, args=(process, data, replies), daemon=True)
            talk.start()
            talk.join(timeout)
            if replies:
                return replies[0]
            hung = talk.is_alive()
            self._end()
            talk.join(1.0)
        raise MidiError(f"the parser gave no answer within {timeout:g} s" if hung else "the parser crashed on it")

    def stop(self) -> None:
        """End the process; the next question starts another one."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
            self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=quiet)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what was still in the pipe has no reader any more
                stream.close()  # type: ignore[union-attr]  # both are pipes here


def _converse(process: subprocess.Popen[bytes], data: bytes, replies: list[Reply]) -> None:
    try:
        write_frame(process.stdin, data)
        replies.append(Reply.from_bytes(read_frame(process.stdout)))
    except (OSError, EOFError, ValueError):
        return  # the process is gone: the asker finds no reply
