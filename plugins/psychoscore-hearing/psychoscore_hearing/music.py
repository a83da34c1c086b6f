"""A score as arrays that measures work on: notes by onset, bars, tempos and keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, evolve

from psychoscore_core.records import KEYS
from psychoscore_hearing.keys import estimate_key, signature_keys
from psychoscore_hearing.meter import GRID, bar_tempos, bars_of, positions, tempo_map

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MAX_BARS = 4096
SHORTEST = 1 / GRID  # quarters that every note sounds at least: drums and grace notes often say 0
MELODY, COUNTER, ACCOMPANIMENT, DRUMS = range(4)
_VOICES = (("melody", MELODY), ("bridge", COUNTER), ("counter", COUNTER), ("inner", COUNTER))


@define(kw_only=True, eq=False, frozen=True, slots=False)
class Music:
    """The notes of a score sorted by onset, and its bars.

    onset, duration: quarters, float64 (notes,). pitch, velocity, track: int64. drum: bool. bar: the bar of the onset,
    which is rounded to a 24th of a quarter first. voice: 0 melody, 1 counter-melody, 2 accompaniment, 3 drums, from
    the track's name. bar_start, bar_length: quarters (bars,). tempo: quarters a minute (bars,). key: (tonic pitch
    class, mode or "" where nothing is known) of each bar. Bars run from the beginning to the bar of the last onset;
    a note is cut at the end of the last bar.
    """

    onset: np.ndarray
    duration: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    track: np.ndarray
    drum: np.ndarray
    bar: np.ndarray
    voice: np.ndarray
    bar_start: np.ndarray
    bar_length: np.ndarray
    tempo: np.ndarray
    key: tuple[tuple[int, str], ...]

    @property
    def bars(self) -> int:
        return len(self.bar_start)

    @cached_property
    def position(self) -> np.ndarray:
        """Onsets in whole 24ths of a quarter."""
        return np.floor(self.onset * GRID + 0.5).astype(np.int64)

    @cached_property
    def tonic(self) -> np.ndarray:
        """Pitch class of each bar's tonic (bars,)."""
        return np.array([tonic for tonic, _ in self.key], dtype=np.int64)

    @cached_property
    def pitched(self) -> Music:
        """The same music without its drums; the bars stay."""
        return self.take(~self.drum) if self.drum.any() else self

    def take(self, chosen: np.ndarray) -> Music:
        """Return the same bars with the chosen notes only (a mask or indices in order)."""
        notes = ("onset", "duration", "pitch", "velocity", "track", "drum", "bar", "voice")
        return evolve(self, **{name: getattr(self, name)[chosen] for name in notes})

    def in_keys(self, keys: Sequence[tuple[str, str]]) -> Music:
        """Return the music heard in these keys, (name of KEYS, mode) per bar; later bars are in the last one's."""
        named = [(KEYS.index(key), mode) for key, mode in keys[: self.bars]]
        return evolve(self, key=tuple(named + named[-1:] * (self.bars - len(named))) or self.key)


def hear(score: Score, key: str | None = None, mode: str | None = None, max_bars: int = MAX_BARS) -> Music:
    """Return the music of any score; notes that begin after `max_bars` bars are not heard.

    key: a name of KEYS. mode: a name of MODES. Without them they come from the score's key signatures, or where it
    has none they are estimated from the notes. Bars follow the time signatures from tick 0; 4/4 and 120 quarters a
    minute hold where the score says nothing valid.
    """
    score = score.to("tick")
    notes = _notes(score)
    place = positions(score, notes["time"])
    starts, lengths = bars_of(score, int(place.max(initial=-1)), max_bars + 1)
    bar = np.searchsorted(starts, place, side="right") - 1
    heard = bar < max_bars
    used = int(bar[heard].max(initial=-1)) + 1
    starts, lengths = starts[:used] / GRID, lengths[:used] / GRID
    quarter = max(1, score.ticks_per_quarter)
    onset, duration = notes["time"] / quarter, np.maximum(notes["duration"] / quarter, SHORTEST)
    if used:
        duration = np.maximum(np.minimum(duration, starts[-1] + lengths[-1] - onset), SHORTEST)
    order = np.flatnonzero(heard)[np.lexsort((notes["pitch"][heard], onset[heard]))]
    columns = {name: notes[name][order] for name in ("pitch", "velocity", "track", "drum", "voice")}
    music = Music(
        onset=onset[order],
        duration=duration[order],
        bar=bar[order],
        bar_start=starts,
        bar_length=lengths,
        tempo=bar_tempos(score, starts, lengths),
        key=(),
        **columns,
    )
    return evolve(music, key=_keys(score, music, key, mode))


def first_tempo(score: Score) -> float:
    """Return the tempo that a score begins with, in quarter notes a minute."""
    return float(tempo_map(score.to("tick"))[1][0])


def _notes(score: Score) -> dict[str, np.ndarray]:
    tracks = [(number, track) for number, track in enumerate(score.tracks) if len(track.notes)]
    tables = [track.notes.numpy() for _, track in tracks]
    sizes = [len(table["time"]) for table in tables]
    found = {
        name: np.concatenate([np.zeros(0, np.int64), *(table[name] for table in tables)]).astype(np.int64)
        for name in ("time", "duration", "pitch", "velocity")
    }
    found["time"] = np.maximum(found["time"], 0)
    found["track"] = np.repeat(np.array([number for number, _ in tracks], np.int64), sizes)
    found["drum"] = np.repeat(np.array([track.is_drum for _, track in tracks], bool), sizes)
    found["voice"] = np.repeat(np.array([_voice(track.name, track.is_drum) for _, track in tracks], np.int64), sizes)
    return found


def _voice(name: str, drums: bool) -> int:
    if drums:
        return DRUMS
    return next((voice for word, voice in _VOICES if word in name.lower()), ACCOMPANIMENT)


def _keys(score: Score, music: Music, key: str | None, mode: str | None) -> tuple[tuple[int, str], ...]:
    """Return every bar's key: what is given, else the signatures', else the estimate; a given key has no signature."""
    if key is not None:
        tonic = KEYS.index(key)
        return ((tonic, mode or estimate_key(music, tonic)[1]),) * music.bars
    found = signature_keys(score, music.bar_start, music.bar_length) or (estimate_key(music)[:2],) * music.bars
    return tuple((tonic, mode or own) for tonic, own in found)
