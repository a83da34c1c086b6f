"""WAV files of every kind, written byte by byte, for the tests of all that reads them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np


def wav(path: Path, sound: np.ndarray, rate: int, kind: str = "int16", extensible: bool = False) -> Path:
    """Write frames (frames,) or (frames, channels) in [-1, 1], byte by byte."""
    frames = sound[:, None] if sound.ndim == 1 else sound
    bits = {"uint8": 8, "int16": 16, "int24": 24, "int32": 32, "float32": 32, "float64": 64}[kind]
    if kind.startswith("float"):
        data = frames.astype(f"<f{bits // 8}").tobytes()
    elif kind == "uint8":
        data = np.rint((frames + 1) * 127.5).astype(np.uint8).tobytes()
    else:
        whole = np.rint(frames * (2 ** (bits - 1) - 1)).astype("<i4")
        width = bits // 8
        data = whole.reshape(-1, 1).view(np.uint8)[:, :width].tobytes()
    tag, block = 3 if kind.startswith("float") else 1, frames.shape[1] * bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, frames.shape[1], rate, rate * block, block, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, tag) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path
