"""Cut a score to the length that is to be heard: a MIDI file may claim to last for hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any


@frozen
class Piece:
    """A score in ticks that ends in time: its length in seconds with the tail, and the seconds that it had whole."""

    score: Score
    seconds: float
    whole: float

    @property
    def is_cut(self) -> bool:
        return self.seconds < self.whole - 1e-6


def cut(score: Score, tail: float, limit: float) -> Piece:
    """Return the score up to `limit` seconds, or up to `tail` seconds after its last note; nothing stays beyond that.

    score: in ticks; it is left as it is.
    """
    whole = last_note_end(score) + tail
    seconds = min(whole, limit)
    end = tick_at(score, seconds) + 1
    short = score.clip(0, end, clip_end=False)
    for track in short.tracks:
        _end_notes(track, end)
    return Piece(short, seconds, whole)


def last_note_end(score: Score) -> float:
    """Return when the last note ends in seconds; 0 where there are no notes."""
    columns = [track.notes.numpy() for track in score.to("second").tracks if len(track.notes)]
    return max((float(np.max(notes["time"] + notes["duration"])) for notes in columns), default=0.0)


def tick_at(score: Score, seconds: float) -> int:
    """Return the tick at a time in seconds; until the first tempo the music goes at 120, as MIDI files do."""
    tick, at, rate = 0, 0.0, 2.0 * score.ticks_per_quarter
    for tempo in sorted(score.tempos, key=lambda tempo: int(tempo.time)):
        reached = at + (tempo.time - tick) / rate
        if reached >= seconds:
            break
        tick, at, rate = tempo.time, reached, tempo.qpm / 60 * score.ticks_per_quarter
    return tick + int((seconds - at) * rate)


def _end_notes(track: Any, end: int) -> None:
    if not len(track.notes):
        return
    from symusic import Note

    notes = track.notes.numpy()
    duration = np.minimum(notes["duration"], np.maximum(end - notes["time"], 1))
    track.notes = Note.from_numpy(notes["time"], duration, notes["pitch"], notes["velocity"])
