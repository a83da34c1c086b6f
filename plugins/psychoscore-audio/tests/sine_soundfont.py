"""A minimal soundfont, built byte by byte (SoundFont 2.04): one looped sine for every key of every preset."""

import math
import struct

RATE, PERIOD, PERIODS, ROOT = 44100, 100, 441, 69  # 441 periods of 100 frames: 441 Hz, put right by -3.9 cents
LENGTH, GUARD = PERIOD * PERIODS, 46  # zero frames after a sample (section 6.1)
SAMPLE_MODES, SAMPLE_ID, INSTRUMENT, ROOT_KEY = 54, 53, 41, 58  # generator numbers (section 8.1.2)
DRUMS = 128  # the bank of percussion


def chunk(tag: bytes, body: bytes) -> bytes:
    return tag + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def group(tag: bytes, *chunks: bytes) -> bytes:
    return chunk(b"LIST", tag + b"".join(chunks))


def sine_soundfont(
    programs: tuple[int, ...] = (0,), drums: bool = True, header: int = ROOT, zone: int | None = None, common: int = 0
) -> bytes:
    """Return a soundfont in which every program, and the drum kit where wanted, is a sine at the note's pitch.

    header: the root key in the sample's header. zone: that of the zone, which goes before it. common: that of a global
    zone, which goes between them; 0 = there is none.
    """
    frames = [round(16000 * math.sin(2 * math.pi * i / PERIOD)) for i in range(LENGTH)] + [0] * GUARD
    samples = struct.pack(f"<{len(frames)}h", *frames)
    presets = [(0, program) for program in programs] + ([(DRUMS, 0)] if drums else [])
    info = group(b"INFO", chunk(b"ifil", struct.pack("<HH", 2, 4)), chunk(b"isng", b"EMU8000\0"), name(b"sine"))
    sound = group(b"sdta", chunk(b"smpl", samples))
    return chunk(
        b"RIFF", b"sfbk" + info + sound + group(b"pdta", *_presets(presets), *_instrument(header, zone, common))
    )


def name(text: bytes) -> bytes:
    return chunk(b"INAM", text.ljust(len(text) + 2 - len(text) % 2, b"\0"))


def _presets(presets: list[tuple[int, int]]) -> list[bytes]:
    """Give each preset one zone with one generator: play instrument 0."""
    last = len(presets)
    headers = [
        struct.pack("<20sHHHIII", b"sine", program, bank, i, 0, 0, 0) for i, (bank, program) in enumerate(presets)
    ]
    headers.append(struct.pack("<20sHHHIII", b"EOP", 0, 0, last, 0, 0, 0))
    zones = b"".join(struct.pack("<HH", i, 0) for i in range(last + 1))
    generators = struct.pack("<HH", INSTRUMENT, 0) * last + bytes(4)
    return [
        chunk(b"phdr", b"".join(headers)),
        chunk(b"pbag", zones),
        chunk(b"pmod", bytes(10)),
        chunk(b"pgen", generators),
    ]


def _instrument(header: int, zone: int | None, common: int) -> list[bytes]:
    """Give the instrument one zone: loop for as long as the key is down, play sample 0."""
    first = [(ROOT_KEY, common)] if common else []
    own = [(SAMPLE_MODES, 1), *([] if zone is None else [(ROOT_KEY, zone)]), (SAMPLE_ID, 0)]
    starts = [*([0] if common else []), len(first), len(first) + len(own)]
    headers = struct.pack("<20sH", b"sine", 0) + struct.pack("<20sH", b"EOI", len(starts) - 1)
    generators = b"".join(struct.pack("<HH", *pair) for pair in (*first, *own)) + bytes(4)
    sample = struct.pack("<20sIIIIIBbHH", b"sine", 0, LENGTH, PERIOD, LENGTH - PERIOD, RATE, header, -4, 0, 1)
    return [
        chunk(b"inst", headers),
        chunk(b"ibag", b"".join(struct.pack("<HH", start, 0) for start in starts)),
        chunk(b"imod", bytes(10)),
        chunk(b"igen", generators),
        chunk(b"shdr", sample + struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9)),
    ]
