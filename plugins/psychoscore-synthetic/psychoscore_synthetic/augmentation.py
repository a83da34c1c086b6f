"""Augmentations of a score: transposition, another tempo, longer or shorter note values.

as composed    | C . E . | G . . . |   120 a minute: bars of 2 s
tempo 60       | C . E . | G . . . |    60 a minute: bars of 4 s, the same notes in them
stretch 2      | C . . . | E . . . | G . . . | . . . . |   120 a minute: twice as many bars of 2 s
"""

from __future__ import annotations

from typing import Any

from psychoscore_synthetic.variants import Variant

HIGHEST = 127  # MIDI pitch


def augmented(score: Any, variant: Variant) -> Any:
    """Return a copy of a symusic score as the variant wants it."""
    score = score.copy()
    if variant.shift:
        transpose(score, variant.shift)
    if variant.tempo_ratio != 1.0:
        change_tempo(score, variant.tempo_ratio)
    if variant.stretch != 1.0:
        stretch(score, variant.stretch)
    return score


def transpose(score: Any, shift: int) -> None:
    """Move every pitched note by `shift` semitones, in place.

    A track that would leave MIDI's range goes an octave back. A drum track's pitches are instruments and stay.
    """
    for track in score.tracks:
        if track.is_drum or not track.notes:
            continue
        pitches = [note.pitch for note in track.notes]
        semitones = _within(shift, min(pitches), max(pitches))
        for note in track.notes:
            note.pitch = _folded(note.pitch + semitones)
    for signature in score.key_signatures:
        # A semitone is seven fifths; 6 sharps rather than 6 flats
        signature.key = (signature.key + 7 * shift + 5) % 12 - 5


def change_tempo(score: Any, ratio: float) -> None:
    """Multiply every tempo, in place: a slowing-down stays one."""
    for tempo in score.tempos:
        tempo.qpm = tempo.qpm * ratio


def stretch(score: Any, factor: float) -> None:
    """Multiply every time and duration, in place; a note keeps at least one tick."""
    signals = [(track.controls, track.pitch_bends, track.lyrics) for track in score.tracks]
    marks = (score.tempos, score.time_signatures, score.key_signatures, score.markers)
    for event in (event for events in (marks, *signals) for kind in events for event in kind):
        event.time = round(event.time * factor)
    for event in (event for track in score.tracks for kind in (track.notes, track.pedals) for event in kind):
        # Both ends are rounded, not the length: notes that met still meet
        end = round((event.time + event.duration) * factor)
        event.time = round(event.time * factor)
        event.duration = max(1, end - event.time)


def _within(shift: int, low: int, high: int) -> int:
    if high + shift > HIGHEST:
        return shift - 12
    return shift + 12 if low + shift < 0 else shift


def _folded(pitch: int) -> int:
    """Return the pitch, an octave back where a track spans more than MIDI can move."""
    return pitch - 12 if pitch > HIGHEST else pitch + 12 if pitch < 0 else pitch
