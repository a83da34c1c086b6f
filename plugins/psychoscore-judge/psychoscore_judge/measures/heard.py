"""A score as the judge's measures need it: notes in quarters and seconds, grouped by onset, in one key collection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, evolve

from psychoscore_hearing.music import Music, hear

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

TOGETHER = 1 / 16  # quarters between onsets that still count as one
GRID = 4  # frames a quarter: sixteenths
IONIAN = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1.0])
MAX_BARS = 512


@define(kw_only=True, frozen=True, eq=False, slots=False)
class Heard:
    """The notes without drums, sorted by onset and pitch, from the first bar that has one.

    onset, duration: quarters (notes,), the first bar begins at 0. seconds, length: the same in seconds. pitch,
    velocity, bar: of each note. slot: the sixteenth of the bar, 0 to 15. tempo: the median, quarters a minute.
    """

    onset: np.ndarray
    duration: np.ndarray
    seconds: np.ndarray
    length: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    bar: np.ndarray
    slot: np.ndarray
    tempo: float

    @cached_property
    def begins(self) -> np.ndarray:
        """Return the index of the first, lowest note of each onset (onsets,)."""
        return np.flatnonzero(np.r_[True, np.diff(self.onset) > TOGETHER])

    @cached_property
    def ends(self) -> np.ndarray:
        """Return the index of the last, highest note of each onset (onsets,)."""
        return np.r_[self.begins[1:] - 1, len(self.onset) - 1]

    @cached_property
    def group(self) -> np.ndarray:
        """Return the onset that each note belongs to (notes,)."""
        return np.repeat(np.arange(len(self.begins)), np.diff(np.r_[self.begins, len(self.onset)]))

    @cached_property
    def top(self) -> np.ndarray:
        """Return the highest pitch of each onset (onsets,)."""
        return self.pitch[self.ends]

    @cached_property
    def bottom(self) -> np.ndarray:
        """Return the lowest pitch of each onset (onsets,)."""
        return self.pitch[self.begins]

    @cached_property
    def span(self) -> float:
        """Return the seconds from the first onset to the last end, at least half a second."""
        return max(float((self.seconds + self.length).max() - self.seconds[0]), 0.5)

    @cached_property
    def classes(self) -> np.ndarray:
        """Return the share of each pitch class by duration, a half note at most for each note (12,)."""
        weights = np.bincount(self.pitch % 12, weights=np.minimum(self.duration, 2), minlength=12)
        return weights / weights.sum()

    @cached_property
    def frames(self) -> np.ndarray:
        """Return which pitches sound in each sixteenth, bool (frames, 128)."""
        start = np.round(self.onset * GRID).astype(np.int64)
        stop = np.maximum(np.round((self.onset + self.duration) * GRID).astype(np.int64), start + 1)
        change = np.zeros((int(stop.max()) + 1, 128), np.int32)
        np.add.at(change, (start, self.pitch), 1)
        np.add.at(change, (stop, self.pitch), -1)
        return change.cumsum(axis=0)[:-1] > 0

    @cached_property
    def frame_classes(self) -> np.ndarray:
        """Return how many notes of each pitch class sound in each sixteenth (frames, 12)."""
        return np.stack([self.frames[:, pitch_class::12].sum(axis=1) for pitch_class in range(12)], axis=1)


def heard(score: Score, by_clock: bool = False) -> Heard | None:
    """Return what is heard of a score, its first 512 bars at most; None where it has no pitched note.

    by_clock: forget beats and bars and hear 120 quarters a minute in 4/4, as a transcribed performance has them.
    """
    music = hear(score, max_bars=MAX_BARS).pitched
    if not len(music.onset):
        return None
    pace = 60 / music.tempo  # seconds a quarter, of each bar
    clock = np.r_[0.0, np.cumsum(music.bar_length * pace)]
    within = music.onset - music.bar_start[music.bar]
    seconds = clock[music.bar] + within * pace[music.bar]
    length = music.duration * pace[music.bar]
    notes = {"seconds": seconds, "length": length, "pitch": np.clip(music.pitch, 0, 127)}
    notes["velocity"] = music.velocity.astype(float)
    return Heard(**notes, **(_clocked(seconds, length) if by_clock else _barred(music, within)))


def _barred(music: Music, within: np.ndarray) -> dict[str, Any]:
    return {
        "onset": music.onset - music.bar_start[music.bar[0]],
        "duration": music.duration,
        "bar": music.bar - music.bar[0],
        "slot": np.round(within * GRID).astype(np.int64) % 16,
        "tempo": float(np.median(music.tempo)),
    }


def _clocked(seconds: np.ndarray, length: np.ndarray) -> dict[str, Any]:
    onset = (seconds - seconds[0]) * 2
    return {
        "onset": onset,
        "duration": length * 2,
        "bar": (onset // 4).astype(np.int64),
        "slot": np.round(onset * GRID).astype(np.int64) % 16,
        "tempo": 120.0,
    }


def excerpts(piece: Heard, bars: int) -> list[Heard]:
    """Return a long piece in equal parts of about so many bars, those that have notes; a short one as it is."""
    parts = max(1, round((int(piece.bar[-1]) + 1) / bars))
    if parts == 1:
        return [piece]
    part = piece.bar * parts // (int(piece.bar[-1]) + 1)
    return [_cut(piece, part == index) for index in np.unique(part)]


def _cut(piece: Heard, chosen: np.ndarray) -> Heard:
    arrays = ("onset", "duration", "seconds", "length", "pitch", "velocity", "bar", "slot")
    notes = {name: getattr(piece, name)[chosen] for name in arrays}
    first = int(notes["bar"][0])
    notes["bar"] = notes["bar"] - first
    notes["onset"] = notes["onset"] - np.floor(notes["onset"][0] / 4) * 4
    return evolve(piece, **notes)
