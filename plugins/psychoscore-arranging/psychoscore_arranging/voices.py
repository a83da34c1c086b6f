"""A single track, parted into melody, inner parts and bass; every note goes to exactly one of them.

The melody is the skyline: the highest note of an onset, unless a melody note that still sounds lies above it. The
bass is the same seen from below. Whatever is neither is inner.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from attrs import field, frozen


@frozen
class Voices:
    """The notes of the three parts, each in order of onset."""

    melody: list[Any] = field(factory=list)
    inner: list[Any] = field(factory=list)
    bass: list[Any] = field(factory=list)


def part(notes: Sequence[Any], melody_floor: int, bass_ceiling: int) -> Voices:
    """Return the voices of the notes; the melody keeps at or above melody_floor, the bass at or below bass_ceiling."""
    voices = Voices()
    in_order = sorted(notes, key=lambda note: (note.time, note.pitch))
    for _, group in groupby(in_order, key=lambda note: note.time):
        chord = list(group)
        if chord[-1].pitch >= melody_floor and not _hidden(chord[-1], voices.melody, above=True):
            voices.melody.append(chord.pop())
        if chord and chord[0].pitch <= bass_ceiling and not _hidden(chord[0], voices.bass, above=False):
            voices.bass.append(chord.pop(0))
        voices.inner.extend(chord)
    return voices


def _hidden(note: Any, voice: Sequence[Any], above: bool) -> bool:
    """Say whether the voice's last note still sounds on the outer side of this one."""
    if not voice or voice[-1].time + voice[-1].duration <= note.time:
        return False
    return bool(voice[-1].pitch > note.pitch if above else voice[-1].pitch < note.pitch)
