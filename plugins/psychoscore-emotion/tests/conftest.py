"""Sound that is made here: tones, clips, and WAV files of every kind."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

RATE = 22050


def tones(notes: list[tuple[float, float, float]], seconds: float, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    """Return decaying tones of four partials: (onset in seconds, MIDI pitch, loudness)."""
    times = np.arange(int(seconds * rate)) / rate
    sound = np.zeros(len(times))
    for onset, pitch, loudness in notes:
        since = times[times >= onset] - onset
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * k * hertz * since) / k for k in (1, 2, 3, 4))
        sound[len(times) - len(since) :] += loudness * np.exp(-4 * since) * np.minimum(1, since * 200) * tone
    return level * sound


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


@pytest.fixture
def make_tones() -> Callable[..., np.ndarray]:
    return tones


@pytest.fixture
def make_wav(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *given, **options: wav(tmp_path / name, *given, **options)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A loud, fast clip in a major key, high up; and a soft, slow one in a minor key, low down."""
    draw, folder = np.random.default_rng(0), tmp_path_factory.mktemp("clips")
    steps = np.arange(0, 12, 0.11)
    fast = [(t, 72 + draw.choice([0, 4, 7, 12, 16]), 1.0) for t in steps] + [(t, 48, 1.0) for t in steps[::2]]
    slow = [(t, 48 + draw.choice([0, 3, 7]), 1.0) for t in np.arange(0, 12, 1.6)]
    return {
        "loud": wav(folder / "loud.wav", np.clip(tones(fast, 12, level=0.35), -1, 1), RATE),
        "soft": wav(folder / "soft.wav", tones(slow, 12, level=0.02), RATE),
    }
