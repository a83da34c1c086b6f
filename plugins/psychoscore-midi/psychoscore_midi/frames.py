"""What the reader and its helper process say to each other: length-prefixed frames, and the reply in one of them."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from attrs import frozen

_LENGTH = struct.Struct(">Q")
MAX_FRAME = 512 * 1024**2  # bytes; the longest score that is read takes a tenth of it


@frozen
class Reply:
    """What became of a file: the score's state, or the reason why there is none."""

    state: bytes = b""
    remarks: tuple[str, ...] = ()
    error: str = ""

    def to_bytes(self) -> bytes:
        """Return the reply as a frame's content: JSON, a zero byte, the state."""
        return json.dumps([self.remarks, self.error]).encode() + b"\0" + self.state

    @classmethod
    def from_bytes(cls, data: bytes) -> Reply:
        """Return the reply of a frame's content; raises ValueError on anything else."""
        head, _, state = data.partition(b"\0")
        remarks, error = json.loads(head)
        return cls(state, tuple(remarks), error)


def write_frame(stream: IO[bytes] | Any, data: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes] | Any) -> bytes:
    """Read one frame; raises EOFError where the stream ends first, ValueError where its length is none."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length:,} bytes")
    return _exactly(stream, length)


def _exactly(stream: IO[bytes] | Any, count: int) -> bytes:
    data: bytes = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
