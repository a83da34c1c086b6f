"""What a MIDI file is made of, before its events: header, chunks, lengths, division (SMF 1.0)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from psychoscore_core.errors import MidiError

MAX_TRACKS = 4096
_HEADER = struct.Struct(">4sIHHH")
_CHUNK = struct.Struct(">4sI")


def normalise(data: bytes, remarks: list[str]) -> bytes:
    """Return the file as header and track chunks only, every length true; well-formed data comes back as it is.

    Repairs, each with a remark: a RIFF wrapper, foreign chunks, a last chunk that is cut short, bytes after the
    last chunk. Raises MidiError (the reason, no file name) on what has no header, ticks or tracks to speak of.
    """
    data = _unwrapped(data, remarks)
    body, layout, division = _header(data)
    tracks = list(_tracks(data, body, remarks))
    if len(tracks) > MAX_TRACKS:
        raise MidiError(f"{len(tracks):,} tracks; at most {MAX_TRACKS:,} are read")
    if layout == 2 and len(tracks) > 1:
        remarks.append("format 2: its separate patterns are read as tracks that sound together")
    chunks = (_CHUNK.pack(b"MTrk", len(track)) + track for track in tracks)
    return _HEADER.pack(b"MThd", 6, min(layout, 1), len(tracks), division) + b"".join(chunks)


def track_bodies(data: bytes) -> Iterator[bytes]:
    """Yield the bytes of every track of normalised data."""
    return _tracks(data, _HEADER.size, [])


def _unwrapped(data: bytes, remarks: list[str]) -> bytes:
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    start = data.find(b"MThd", 12)
    if start < 0:
        raise MidiError("a RIFF file without MIDI data in it")
    size = int.from_bytes(data[start - 4 : start], "little")
    remarks.append("the RIFF wrapper was taken off")
    return data[start : start + size]


def _header(data: bytes) -> tuple[int, int, int]:
    """Return where the header ends, the format, and the ticks per quarter note."""
    if data[:4] != b"MThd":
        raise MidiError("not a MIDI file (it does not begin with MThd)" if data else "the file is empty")
    if len(data) < _HEADER.size:
        raise MidiError(f"the header is cut short ({len(data)} of {_HEADER.size} bytes)")
    _, length, layout, _, division = _HEADER.unpack_from(data)
    if not 6 <= length <= len(data):
        raise MidiError(f"the header claims a length of {length:,} bytes instead of 6")
    if layout > 2:
        raise MidiError(f"MIDI format {layout} is unknown (0, 1 and 2 are)")
    if division & 0x8000:
        raise MidiError("its time is counted in film frames (SMPTE), not in ticks per quarter note")
    if division == 0:
        raise MidiError("0 ticks per quarter note")
    return 8 + length, layout, division


def _tracks(data: bytes, position: int, remarks: list[str]) -> Iterator[bytes]:
    while position + _CHUNK.size <= len(data):
        tag, length = _CHUNK.unpack_from(data, position)
        position += _CHUNK.size
        if not (tag.isascii() and tag.decode("ascii").isprintable()):
            break
        missing = position + length - len(data)
        if tag == b"MTrk":
            if missing > 0:
                remarks.append(f"the last track is {missing:,} bytes short")
            yield data[position : position + length]
        elif missing > 0:
            break  # no chunk, but trailing bytes that happen to look like a tag
        else:
            remarks.append(f"a foreign chunk {tag.decode('ascii')!r} was left out")
        position = min(position + length, len(data))
    else:
        if position == len(data):
            return
    remarks.append("bytes after the last track were left out")
