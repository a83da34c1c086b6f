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
_END_OF_TRACK = b"\xff\x2f"


def check_events(track: bytes) -> None:
    """Raise MidiError (the reason, no file name) where a channel message has a data byte over 127.

    Whatever else is odd (system messages, running status after a meta event) ends the walk: the parser decides.
    """
    position: int | None = 0
    while position is not None:
        run = _MESSAGES.match(track, position)
        delta = _NEXT_DELTA.match(track, run.end())  # type: ignore[union-attr]  # the run may be empty, never missing
        if delta is None or delta.end() == len(track):
            return
        if track[delta.end()] < 0xF0:
            _check_data(track, delta.end(), shares_status=run.end() > position)  # type: ignore[union-attr]  # as above
            return
        position = _after(track, delta.end())


def _check_data(track: bytes, start: int, shares_status: bool) -> None:
    """Look at the message that broke a run: it has its own status byte, or shares that of the message before."""
    if track[start] < 0x80 and not shares_status:
        return
    wanted = 2 if track[start] < 0xC0 or track[start] >= 0xE0 else 1
    first = start + 1 if track[start] >= 0x80 else start
    for position in range(first, min(first + wanted, len(track))):
        if track[position] > 127:
            byte = track[position]
            raise MidiError(f"damaged: a message has the data byte {byte} at byte {position:,} of its track (over 127)")


def _after(track: bytes, status: int) -> int | None:
    """Return where the meta or system-exclusive event at `status` ends; None where the walk cannot go on."""
    if track.startswith(_END_OF_TRACK, status):
        return None
    if track[status] == 0xFF:
        return _skip(track, status + 2)
    return _skip(track, status + 1) if track[status] in (0xF0, 0xF7) else None


def _skip(track: bytes, position: int) -> int | None:
    """Return the position after a length (a variable-length quantity of at most 4 bytes) and so many bytes."""
    length = 0
    for index in range(position, min(position + 4, len(track))):
        length = length << 7 | track[index] & 0x7F
        if track[index] < 0x80:
            return index + 1 + length
    return None
