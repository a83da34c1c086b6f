"""A quick walk over a track's events that finds what a parser must not be given.

A channel message is a status byte (128 and above) and data bytes (below 128). A data byte of 128 or more means that
bytes were lost or flipped: parsers guess, and some read out of bounds. One regular expression walks a whole run of
channel messages at C speed; Python sees only the meta and system-exclusive events between them.

       delta time            one status byte, then messages that share it ("running status")
    [80-FF]{0,3} [00-7F]    [80-BF E0-EF] data data  (delta data data)*   |   [C0-DF] data  (delta data)*
"""

from __future__ import annotations

import re

from psychoscore_core.errors import MidiError

_DELTA = rb"[\x80-\xff]{0,3}+[\x00-\x7f]"
_TWO = rb"[\x80-\xbf\xe0-\xef][\x00-\x7f]{2}(?:" + _DELTA + rb"[\x00-\x7f]{2})*+"
_ONE = rb"[\xc0-\xdf][\x00-\x7f](?:" + _DELTA + rb"[\x00-\x7f])*+"
_MESSAGES = re.compile(rb"(?:" + _DELTA + rb"(?:" + _TWO + rb"|" + _ONE + rb"))*+")
_NEXT_DELTA = re.compile(_DELTA)
_META, _END_OF_TRACK = 0xFF, 0x2F
_SYSEX = (0xF0, 0xF7)


def check_events(track: bytes) -> None:
    """Raise MidiError (the reason, no file name) where a channel message has a data byte over 127.

    Whatever else is odd (system messages, running status after a meta event) ends the walk: the parser decides.
    """
    position = 0
    while delta := _NEXT_DELTA.match(track, _MESSAGES.match(track, position).end()):  # type: ignore[union-attr]
        status = delta.end()
        if status < len(track) and 0x80 <= track[status] < 0xF0:
            _check_data(track, status)
            return
        following = _after(track, status)
        if following is None:
            return
        position = following


def _check_data(track: bytes, status: int) -> None:
    wanted = 1 if 0xC0 <= track[status] < 0xE0 else 2
    for byte in track[status + 1 : status + 1 + wanted]:
        if byte > 127:
            raise MidiError(f"damaged: a message has the data byte {byte}, {status:,} bytes into its track (127 at most)")


def _after(track: bytes, status: int) -> int | None:
    """Return where the meta or system-exclusive event at `status` ends; None where the walk cannot go on."""
    if track[status : status + 1] == b"\xff":
        if track[status + 1 : status + 2] == bytes([_END_OF_TRACK]):
            return None
        return _skip(track, status + 2)
    return _skip(track, status + 1) if track[status : status + 1] in (b"\xf0", b"\xf7") else None


def _skip(track: bytes, position: int) -> int | None:
    """Return the position after a length (a variable-length quantity of at most 4 bytes) and so many bytes."""
    length = 0
    for index in range(position, min(position + 4, len(track))):
        length = length << 7 | track[index] & 0x7F
        if track[index] < 0x80:
            return index + 1 + length
    return None
