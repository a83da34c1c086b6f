"""A sound file becomes another one with the same tune and dynamics, played by the instrument that a decoder learnt.

Twice through the file, a piece at a time: first pitch and loudness of every row, then the sound. Memory grows by some
hundred bytes a row (20 ms), never with the sound.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_audio.sound_files import Resampler, mono, opened
from psychoscore_core.errors import DataError
from psychoscore_core.whole_files import replacing
from psychoscore_timbre.decoder import Decoder
from psychoscore_timbre.features import AUDIBLE, Features, features_of
from psychoscore_timbre.names import RATE
from psychoscore_timbre.scaling import scaled
from psychoscore_timbre.synthesis import Controls, Synthesizer

SHORTEST, LONGEST = 0.1, 3600.0  # seconds
AT_ONCE = 256  # rows
FULL = 32767


@frozen(kw_only=True)
class Shifts:
    """octaves: up or down. decibels: that the instrument hears more or less than there is. seed: of the noise."""

    octaves: int = field(default=0, validator=[ge(-4), le(4)])
    decibels: float = field(default=0.0, validator=[ge(-60), le(60)])
    seed: int = field(default=0, validator=ge(0))


@frozen(kw_only=True)
class Transferred:
    """What was made. voiced: the share of rows with a pitch; middle: Hz; clipped: frames too loud for a file."""

    seconds: float
    rate: int
    voiced: float
    middle: float
    clipped: int


def transfer(source: Path, target: Path, decoder: Decoder, shifts: Shifts | None = None) -> Transferred:
    """Write the source's tune as the decoder's instrument plays it: 16 bits, mono, as many frames at the same rate.

    Raises DataError in one line on a source that is no sound, cut off, silent, too short or too long, or that has no
    pitch anywhere; the target is whole or not there.
    """
    shifts = shifts or Shifts()
    file = opened(source, strict=True)
    if not SHORTEST <= file.seconds <= LONGEST:
        raise DataError(f"{source}: {file.seconds:.2f} s of sound; {SHORTEST:g} to {LONGEST:g} s can be played")
    found = features_of(mono(file, RATE, strict=True))
    if not len(found) or found.loudness.max() < AUDIBLE:
        raise DataError(f"{source}: silent: there is nothing to play")
    if not found.voiced.any():
        raise DataError(f"{source}: no pitch was found in it; what is to be played must be a single voice with a tune")
    with replacing(target) as part:
        clipped = _write(part, _sound(found, decoder, shifts), file.rate, len(file.frames))
    middle = float(np.median(found.hertz[found.voiced]))
    return Transferred(
        seconds=file.seconds, rate=file.rate, voiced=float(found.voiced.mean()), middle=middle, clipped=clipped
    )


def _sound(found: Features, decoder: Decoder, shifts: Shifts) -> Iterator[np.ndarray]:
    """Yield the sound at 16 kHz from the first row on."""
    synthesizer, late = Synthesizer(shifts.seed), Synthesizer.LATE
    for start in range(0, len(found) + 2, AT_ONCE):
        # Two rows more than there are: the synthesizer is late by one row and by its filter.
        rows = np.minimum(np.arange(start, min(start + AT_ONCE, len(found) + 2)), len(found) - 1)
        sound = synthesizer.push(_controls(found, rows, decoder, shifts))
        yield sound[late:]
        late = max(0, late - len(sound))


def _controls(found: Features, rows: np.ndarray, decoder: Decoder, shifts: Shifts) -> Controls:
    """Return the controls of some rows; a row without a pitch sounds as noise alone."""
    hertz = found.hertz[rows] * 2.0**shifts.octaves
    controls = decoder.push(scaled(hertz, found.loudness[rows] + shifts.decibels), hertz)
    silent = np.where(found.voiced[rows], 1.0, 0.0)
    return Controls(hertz, controls.amplitudes * silent, controls.distribution, controls.noise)


def _write(path: Path, sound: Iterator[np.ndarray], rate: int, frames: int) -> int:
    """Write exactly so many frames at this rate; returns how many of them had to be clipped."""
    left, clipped, resample = frames, 0, Resampler(RATE, rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.setnframes(frames)
        for piece in sound:
            part = resample.push(piece)[:left]
            clipped += int((np.abs(part) > 1).sum())
            file.writeframesraw(_sixteen_bits(part))
            left -= len(part)
        part = resample.end()[:left]
        file.writeframesraw(_sixteen_bits(np.pad(part, (0, left - len(part)))))
    return clipped


def _sixteen_bits(sound: np.ndarray) -> bytes:
    return np.rint(np.clip(sound, -1, 1) * FULL).astype("<i2").tobytes()
