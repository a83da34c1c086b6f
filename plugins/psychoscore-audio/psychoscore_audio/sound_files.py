"""WAV files as mono sound at any rate that is asked for, piece by piece: 8 to 32 bits and floats, any channels."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from scipy.io import wavfile
from scipy.signal import firwin, upfirdn

from psychoscore_core.errors import DataError

SLOWEST, FASTEST, MOST_CHANNELS = 1000, 768_000, 256
PIECE, MOST_NUMBERS = 10, 1 << 22  # seconds of a piece, and numbers in it: 256 channels are read in short pieces
MOST_UNMAPPED = 1 << 29  # bytes of a 24-bit file, which cannot be mapped into memory
SIDE = 16  # zero crossings on either side of the filter, in the slower of the two rates


def pieces(path: Path, seconds: float, rate: int) -> Iterator[np.ndarray]:
    """Yield at most so many seconds of a file as mono float64 in [-1, 1]; raises DataError on one that is no sound.

    rate: frames a second that are wanted. What a damaged file still holds is taken; numbers that are none are silence.
    """
    yield from mono(opened(path), rate, seconds)


@frozen(eq=False)
class SoundFile:
    """A WAV file: frames a second, and the frames (frames, channels), not yet read where the format allows it."""

    path: Path
    rate: int
    frames: Any

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.rate


def mono(file: SoundFile, rate: int, seconds: float = float("inf"), *, strict: bool = False) -> Iterator[np.ndarray]:
    """Yield an open file's sound as `pieces` does; a strict reading raises DataError on numbers that are not finite."""
    sound, resample = file.frames, Resampler(file.rate, rate)
    end, step = int(min(len(sound), seconds * file.rate)), min(PIECE * file.rate, MOST_NUMBERS // sound.shape[1])
    for start in range(0, end, step):
        part = sound[start : min(end, start + step)]
        if strict and part.dtype.kind == "f" and not np.isfinite(part).all():
            raise DataError(f"{file.path}: holds numbers that are not finite (NaN or infinite)")
        yield resample.push(_mono(part))
    yield resample.end()


def opened(path: Path, *, strict: bool = False) -> SoundFile:
    """Open a WAV file; raises DataError on one that is no sound, and where strict on one that is cut off."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    if start[:4] not in (b"RIFF", b"RIFX", b"RF64") or start[8:] != b"WAVE":
        raise DataError(f"{path}: not a WAV file" if start else f"{path}: an empty file")
    rate, sound = _read(path, size, strict)
    if not SLOWEST <= rate <= FASTEST:
        raise DataError(f"{path}: {rate} frames a second; {SLOWEST} to {FASTEST} can be read")
    sound = sound[:, None] if sound.ndim == 1 else sound
    if not sound.size or sound.shape[1] > MOST_CHANNELS:
        raise DataError(f"{path}: no sound in it" if not sound.size else f"{path}: {sound.shape[1]} channels")
    return SoundFile(path, rate, sound)


def _read(path: Path, size: int, strict: bool) -> tuple[int, Any]:
    # Whatever scipy's reader meets in a damaged file; some of it is no error of its own making.
    problems = (ValueError, EOFError, struct.error, ArithmeticError, LookupError, TypeError, NameError, OSError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of chunks that are not sound
        if strict:
            warnings.filterwarnings("error", "Reached EOF prematurely", wavfile.WavFileWarning)
        try:
            return _plain(path, mmap=True)
        except (*problems, MemoryError, wavfile.WavFileWarning):
            pass
        if size > MOST_UNMAPPED:
            raise DataError(f"{path}: a file of this format may have {MOST_UNMAPPED:,} bytes at the most")
        try:
            return _plain(path, mmap=False)
        except wavfile.WavFileWarning:
            raise DataError(f"{path}: the file is cut off: it says that it holds more sound than it does") from None
        except (*problems, MemoryError) as error:
            text = " ".join(str(error).split())[:120] if isinstance(error, ValueError) else type(error).__name__
            raise DataError(f"{path}: a damaged WAV file, or one of a kind that is not read ({text})") from None


def _plain(path: Path, *, mmap: bool) -> tuple[int, Any]:
    rate, sound = wavfile.read(path, mmap=mmap)
    return int(rate), sound


def _mono(frames: np.ndarray) -> np.ndarray:
    """Return frames (frames, channels) as the mean of their channels in [-1, 1]."""
    kind = frames.dtype
    values = np.asarray(frames, np.float64)
    if kind.kind == "u":
        values = values / 2.0 ** (8 * kind.itemsize - 1) - 1
    elif kind.kind == "i":
        values = values / 2.0 ** (8 * kind.itemsize - 1)
    mono: np.ndarray = np.clip(np.nan_to_num(values, posinf=0.0, neginf=0.0), -1.0, 1.0).mean(axis=1)
    return mono


class Resampler:
    """Brings mono sound from one rate to another; the same however the sound is cut into pieces."""

    def __init__(self, rate: int, to: int) -> None:
        ratio = Fraction(to, rate)
        self._up, self._down = ratio.numerator, ratio.denominator
        slower = max(self._up, self._down)
        self._half = SIDE * slower
        self._same = self._up == self._down
        if not self._same:
            self._filter = firwin(2 * self._half + 1, 1 / slower, window=("kaiser", 8.0)) * self._up
        self._held = np.zeros(0)
        self._given = 0  # outputs that were given, counted from the first input that is still held
        self._delay = -(-self._half // self._up)  # inputs after an output that it depends on

    def push(self, sound: np.ndarray) -> np.ndarray:
        """Return the sound that is complete with this piece."""
        if self._same:
            return sound
        self._held = np.concatenate([self._held, sound])
        return self._until(max(0, len(self._held) - self._delay))

    def end(self) -> np.ndarray:
        """Return what was still to come; after the last input there is silence."""
        return np.zeros(0) if self._same else self._until(len(self._held))

    def _until(self, inputs: int) -> np.ndarray:
        """Return the outputs that lie before this input, and let go of inputs that no later one depends on."""
        last = -(-inputs * self._up // self._down)
        if last <= self._given:
            return np.zeros(0)
        # An output of the centred filter is `half` later in the delayed one's, which has up / down of them an input.
        ahead, inside = divmod(self._half, self._down)
        delayed = upfirdn(
            np.concatenate([np.zeros(self._down - inside), self._filter]), self._held, self._up, self._down
        )
        found = delayed[ahead + 1 + self._given : ahead + 1 + last]
        found = np.pad(found, (0, max(0, last - self._given - len(found))))
        self._given = last
        needless = max(0, self._given * self._down // self._up - self._delay - 1) // self._down
        if needless:
            self._held = self._held[needless * self._down :]
            self._given -= needless * self._up
        return found
