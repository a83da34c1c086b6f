"""Soundfonts in tune for synthesizers that do not read a zone's own root key.

The synthesizer of symusic 0.5.9 takes a sample's pitch from its header and ignores the generator overridingRootKey
(SoundFont 2.04, section 8.1.3, number 58), which General MIDI sets rely on: a piano is then up to two octaves off, each
zone by another interval. So every zone that has it gets a sample header of its own, which says the root key; the
samples themselves are shared.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from mmap import mmap

import numpy as np

SAMPLE_ID, ROOT_KEY = 53, 58  # generators
HEADER = 46  # bytes of a sample's header; the last one ends the list
PITCH = 40  # in a header: the byte with the MIDI key of the recorded pitch
MOST_HEADERS = 1 << 16  # a zone counts them in 16 bits
KEYS = 128  # a root key from here on states none
Readable = bytes | mmap
Chunks = dict[bytes, tuple[int, int]]  # a chunk's first byte and the one after its last


def in_tune(data: Readable) -> list[bytes | memoryview] | None:
    """Return, in parts, a soundfont with root keys in its samples' headers; None where no zone asks for another one.

    data: the bytes of a file, or a file mapped into memory: the sound, which is nearly all of it, is not copied.
    Raises ValueError on a file whose lists do not fit each other.
    """
    hydra, start, end = _hydra(data)
    try:
        changed = _with_headers(data, hydra)
    except (KeyError, IndexError) as error:
        raise ValueError(f"the soundfont's lists do not fit each other ({error})") from None
    if not changed:
        return None
    parts = []
    for name, (first, last) in hydra.items():
        content = changed.get(name, data[first:last])
        parts.append(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2))
    body = b"pdta" + b"".join(parts)
    lists = b"LIST" + struct.pack("<I", len(body)) + body
    size = start + len(lists) + max(0, len(data) - end)
    return [b"RIFF" + struct.pack("<I", size - 8), memoryview(data)[8:start], lists, memoryview(data)[end:]]


def _with_headers(data: Readable, hydra: Chunks) -> dict[bytes, bytes]:
    """Return the chunks that change: generators that name new samples, and the headers with these; {} for none."""
    generators = np.frombuffer(data[slice(*hydra[b"igen"])], "<u2").reshape(-1, 2).copy()
    old = data[slice(*hydra[b"shdr"])]
    headers, end = [old[at : at + HEADER] for at in range(0, len(old) - HEADER, HEADER)], old[-HEADER:]
    known: dict[tuple[int, int], int] = {}
    for place, root in _zones(data, hydra, generators):
        sample = int(generators[place, 1])
        if headers[sample][PITCH] == root:
            continue
        if (sample, root) not in known:
            known[sample, root] = len(headers)
            headers.append(headers[sample][:PITCH] + bytes([root]) + headers[sample][PITCH + 1 :])
        generators[place, 1] = known[sample, root]
        if len(headers) >= MOST_HEADERS:
            raise ValueError("the soundfont has too many samples for the root keys of its zones")
    return {b"igen": generators.tobytes(), b"shdr": b"".join([*headers, end])} if known else {}


def _zones(data: Readable, hydra: Chunks, generators: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the place of the generator with the sample, and the root key, of every zone that states one."""
    instruments = np.frombuffer(data[slice(*hydra[b"inst"])], np.dtype([("name", "S20"), ("bag", "<u2")]))["bag"]
    bags = np.frombuffer(data[slice(*hydra[b"ibag"])], "<u2").reshape(-1, 2)[:, 0]
    for first, last in zip(instruments[:-1].tolist(), instruments[1:].tolist(), strict=True):
        common = KEYS  # what an instrument's global zone, the first one without a sample, says for all
        for bag in range(first, last):
            places = {int(generators[place, 0]): place for place in range(int(bags[bag]), int(bags[bag + 1]))}
            stated = int(generators[places[ROOT_KEY], 1]) if ROOT_KEY in places else common
            if SAMPLE_ID not in places:
                common = stated
            elif stated < KEYS:
                yield places[SAMPLE_ID], stated


def _hydra(data: Readable) -> tuple[Chunks, int, int]:
    """Return the chunks of the list pdta, and where that list begins and ends in the file."""
    for name, first, last in _chunks(data, 12, len(data)):
        if name == b"LIST" and data[first : first + 4] == b"pdta":
            return {inner: (at, end) for inner, at, end in _chunks(data, first + 4, last)}, first - 8, last + last % 2
    raise ValueError("the soundfont has no list of presets")


def _chunks(data: Readable, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise ValueError("a chunk of the soundfont is longer than what holds it")
        yield data[at : at + 4], at + 8, at + 8 + size
        at += 8 + size + size % 2
