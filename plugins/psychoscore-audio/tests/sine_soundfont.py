"""A minimal soundfont, built byte by byte (SoundFont 2.04): one looped sine for every key of every preset."""

import math
import struct

RATE, PERIOD, PERIODS, ROOT = 44100, 100, 441, 69  # 441 periods of 100 frames: 441 Hz, put right by -3.9 cents
LENGTH, GUARD = PERIOD * PERIODS, 46  # zero frames after a sample (section 6.1)
SAMPLE_MODES, SAMPLE_ID, INSTRUMENT = 54, 53, 41  # generator numbers (section 8.1.2)
DRUMS = 128  # the bank of percussion


def chunk(tag: bytes, body: bytes) -> bytes:
    return tag + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def group(tag: bytes, *chunks: bytes) -> bytes:
    return chunk(b"LIST", tag + b"".join(chunks))


def sine_soundfont(programs: tuple[int, ...] = (0,), drums: bool = True) -> bytes:
    """Return a soundfont in which every program, and the drum kit where wanted, is a sine at the note's pitch."""
    frames = [round(16000 * math.sin(2 * math.pi * i / PERIOD)) for i in range(LENGTH)] + [0] * GUARD
    samples = struct.pack(f"<{len(frames)}h", *frames)
    presets = [(0, program) for program in programs] + ([(DRUMS, 0)] if drums else [])
    info = group(b"INFO", chunk(b"ifil", struct.pack("<HH", 2, 4)), chunk(b"isng", b"EMU8000\0"), name(b"sine"))
    sound = group(b"sdta", chunk(b"smpl", samples))
    return chunk(b"RIFF", b"sfbk" + info + sound + group(b"pdta", *_presets(presets), *_instrument()))


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


def _instrument() -> list[bytes]:
    """Give the instrument one zone with two generators: loop for as long as the key is down, play sample 0."""
    headers = struct.pack("<20sH", b"sine", 0) + struct.pack("<20sH", b"EOI", 1)
    generators = struct.pack("<HHHH", SAMPLE_MODES, 1, SAMPLE_ID, 0) + bytes(4)
    sample = struct.pack("<20sIIIIIBbHH", b"sine", 0, LENGTH, PERIOD, LENGTH - PERIOD, RATE, ROOT, -4, 0, 1)
    return [
        chunk(b"inst", headers),
        chunk(b"ibag", struct.pack("<HHHH", 0, 0, 2, 0)),
        chunk(b"imod", bytes(10)),
        chunk(b"igen", generators),
        chunk(b"shdr", sample + struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9)),
    ]
