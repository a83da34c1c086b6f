"""From an engine's raw sound to a WAV file: channels, loudness, 16 bits; a block at a time."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 16  # frames
FIXED_GAIN = 0.25  # -12 dB, where takes are to stay comparable: symusic's peaks reach 4
FADE = 0.02  # seconds at the very end, so that a cut makes no click
FULL = 32767


@frozen(kw_only=True)
class Shape:
    """The WAV file to be: frames, frames a second, channels, peak in dBFS, and whether every file is to reach it."""

    frames: int
    sample_rate: int
    channels: int = 2
    peak: float = -1.0
    normalise: bool = True


def write_wav(raw: Path, path: Path, shape: Shape) -> float:
    """Write raw frames of (left, right) float32 as 16-bit PCM; returns the peak that was written, 0 to 1.

    Sound beyond `shape.frames` is left out, and silence fills what is missing.
    """
    loudest = max((float(np.abs(block).max()) for block in _blocks(raw, shape) if block.size), default=0.0)
    gain = gain_for(loudest, shape)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(shape.channels)
        file.setsampwidth(2)
        file.setframerate(shape.sample_rate)
        file.setnframes(shape.frames)
        for block in _blocks(raw, shape):
            file.writeframesraw(np.rint(block * (gain * FULL)).astype("<i2").tobytes())
    return loudest * gain


def gain_for(loudest: float, shape: Shape) -> float:
    """Return the gain that brings the loudest sample to the peak, or, without normalising, at most there."""
    limit = 10 ** (shape.peak / 20)
    wanted = limit / loudest if loudest > 0 else 1.0
    return float(wanted if shape.normalise else min(wanted, FIXED_GAIN))


def _blocks(raw: Path, shape: Shape) -> Iterator[NDArray[np.float64]]:
    """Yield the sound in its channels, faded at its end and exactly as long as it is to be."""
    fade, at = max(1, int(FADE * shape.sample_rate)), 0
    with raw.open("rb") as file:
        while at < shape.frames:
            frames = min(BLOCK, shape.frames - at)
            sound = _frames(file.read(frames * 8), frames)
            if shape.channels == 1:
                sound = sound.mean(axis=1, keepdims=True)
            left = shape.frames - np.arange(at, at + frames)
            yield sound * np.minimum(1.0, left / fade)[:, None]
            at += frames


def _frames(data: bytes, frames: int) -> NDArray[np.float64]:
    sound = np.zeros((frames, 2))
    whole = np.frombuffer(data[: len(data) // 8 * 8], "<f4").reshape(-1, 2)
    sound[: len(whole)] = np.nan_to_num(whole, posinf=0.0, neginf=0.0)
    return sound
