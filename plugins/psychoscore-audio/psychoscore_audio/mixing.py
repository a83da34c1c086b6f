"""Mix a score's notes into one stream of sound, block by block.

score -> notes in seconds, with gains -> each note's sound -> running sum -> blocks of (frames, 2)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from psychoscore_audio.sounds import Sounds

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from symusic import Score
else:
    Score = Any

BLOCK = 5.0  # seconds
VOLUME, EXPRESSION = 7, 11  # control changes (MIDI 1.0)
USUAL_VOLUME = 100  # General MIDI Level 1: the volume of a channel that sets none


@frozen
class SoundingNote:
    """One note as it sounds: onset and duration in seconds, and the gain of its sound."""

    onset: float
    seconds: float
    program: int
    drum: bool
    pitch: int
    velocity: int
    gain: float


def mix(score: Score, sounds: Sounds, seconds: float) -> Iterator[NDArray[np.float32]]:
    """Yield blocks of (frames, 2) that add up to so many seconds of the score's sound."""
    block, left = int(BLOCK * sounds.rate), round(seconds * sounds.rate)
    start, pending = 0, np.zeros((2, block), np.float32)
    for note in sounding_notes(score):
        frame = round(note.onset * sounds.rate)
        while frame >= start + block and left > 0:
            yield pending[:, : min(block, left)].T
            start, left, pending = start + block, left - block, _padded(pending[:, block:], block)
        if left <= 0:
            return
        sound = sounds.note(note.program, note.drum, note.pitch, note.velocity, note.seconds, note.gain)
        at = frame - start
        pending = _padded(pending, at + sound.shape[1])
        pending[:, at : at + sound.shape[1]] += sound
    while left > 0:
        yield pending[:, : min(block, left)].T
        left, pending = left - block, _padded(pending[:, block:], block)


def sounding_notes(score: Score) -> list[SoundingNote]:
    """Return the score's notes in order of onset, held by the sustain pedal, with gains from velocity and volume.

    A gain is (velocity / 127)² times (volume / 127)² times (expression / 127)², as the default modulators of SoundFont
    2.04 (section 8.4) have it; volume and expression count as they stand at the note's onset.
    """
    notes = [note for track in score.to("second").tracks for note in _notes_of(track)]
    return sorted(notes, key=lambda note: (note.onset, note.program, note.drum, note.pitch, note.velocity))


def _notes_of(track: Any) -> Iterator[SoundingNote]:
    if not len(track.notes):
        return
    notes = track.notes.numpy()
    onsets = notes["time"].astype(np.float64)
    ends = _held(onsets + notes["duration"], track)
    loudness = notes["velocity"] / 127 * _control(track, VOLUME, USUAL_VOLUME, onsets)
    gains = (loudness * _control(track, EXPRESSION, 127, onsets)) ** 2
    columns = zip(onsets, ends - onsets, notes["pitch"], notes["velocity"], gains, strict=True)
    for onset, seconds, pitch, velocity, gain in columns:
        yield SoundingNote(
            float(onset), float(seconds), track.program, track.is_drum, int(pitch), int(velocity), float(gain)
        )


def _held(ends: NDArray[np.float64], track: Any) -> NDArray[np.float64]:
    """Return when each note falls silent: a note that is let go while the pedal is down sounds until it comes up."""
    if not len(track.pedals):
        return ends
    pedals = track.pedals.numpy()
    order = np.argsort(pedals["time"], kind="stable")
    down = pedals["time"][order].astype(np.float64)
    up = down + pedals["duration"][order]
    index = np.searchsorted(down, ends, side="right") - 1
    return np.where(index >= 0, np.maximum(ends, up[index]), ends)


def _control(track: Any, number: int, default: int, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a control's value at each time as a share of 127."""
    controls = track.controls.numpy() if len(track.controls) else {"number": np.zeros(0), "time": np.zeros(0)}
    chosen = controls["number"] == number
    if not chosen.any():
        return np.full(len(times), default / 127)
    at, values = controls["time"][chosen], controls["value"][chosen].astype(np.float64)
    order = np.argsort(at, kind="stable")
    index = np.searchsorted(at[order], times, side="right")
    return np.concatenate([[default], values[order]])[index] / 127


def _padded(sound: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    missing = frames - sound.shape[1]
    return np.pad(sound, ((0, 0), (0, missing))) if missing > 0 else sound
