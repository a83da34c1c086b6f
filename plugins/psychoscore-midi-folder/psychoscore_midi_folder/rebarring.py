"""Rewriting a performance so that its beats are quarters: the same sound, with bars and a tempo map of its own.

seconds      0.00   0.61   1.19   1.83   2.41        beats found in the onsets
ticks           0    480    960   1440   1920        where the same events then lie
tempo          98    103     94    103               so that they sound when they did
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen
from symusic import ControlChange, KeySignature, Note, Pedal, PitchBend, Score, Tempo, TextMeta, TimeSignature, Track

if TYPE_CHECKING:
    from symusic.core import ScoreSecond, ScoreTick
else:
    ScoreSecond = ScoreTick = Any

TPQ = 480
EARLY = 0.06  # seconds before a downbeat that a note still belongs to it
SLOWEST, FASTEST = 10.0, 400.0  # quarter notes a minute
Tempos = Literal["bars", "beats", "median"]


@frozen(kw_only=True, eq=False)
class Beats:
    """Beats in seconds from a downbeat before the first note to one after the last, and how many are a bar."""

    time: np.ndarray
    beats_a_bar: int

    def ticks(self, seconds: Any) -> np.ndarray:
        """Return where times lie once every beat is a quarter (int32)."""
        place = np.interp(np.asarray(seconds, float), self.time, np.arange(len(self.time)))
        return np.rint(place * TPQ).astype(np.int32)


def whole_bars(beats: np.ndarray, beats_a_bar: int, downbeat: int, first: float, last: float) -> Beats:
    """Return beats extended at their own pace to whole bars that hold everything from `first` to `last` (seconds).

    downbeat: index of any beat that begins a bar. At least two beats are needed.
    """
    before, after = np.median(np.diff(beats[:9])), np.median(np.diff(beats[-9:]))
    earlier = max(0, int(np.ceil((beats[0] - first - EARLY) / before))) + beats_a_bar
    later = max(0, int(np.ceil((last - beats[-1]) / after))) + beats_a_bar
    time = np.concatenate(
        [
            beats[0] - before * np.arange(earlier, 0, -1),
            beats,
            beats[-1] + after * np.arange(1, later + 1),
        ]
    )
    starts = np.arange((downbeat + earlier) % beats_a_bar, len(time), beats_a_bar)
    begin = starts[max(0, int(np.searchsorted(time[starts], first + EARLY, side="right")) - 1)]
    count = (len(time) - begin - 1) // beats_a_bar * beats_a_bar + 1
    return Beats(time=time[begin : begin + count], beats_a_bar=beats_a_bar)


def rebarred(score: ScoreSecond, beats: Beats, tempo: Tempos) -> ScoreTick:
    """Return the score in ticks, 480 a quarter, with beats as quarters, one time signature and the tempos wanted."""
    new = Score(TPQ)
    new.time_signatures.append(TimeSignature(0, beats.beats_a_bar, 4))
    new.tempos.extend([Tempo(at * TPQ, qpm) for at, qpm in _tempos(beats, tempo)])
    new.key_signatures.extend(
        [KeySignature(int(beats.ticks(sign.time)), sign.key, sign.tonality) for sign in score.key_signatures]
    )
    new.markers.extend([TextMeta(int(beats.ticks(text.time)), text.text) for text in score.markers])
    new.tracks.extend([_track(track, beats) for track in score.tracks])
    return new


def _tempos(beats: Beats, tempo: Tempos) -> list[tuple[int, float]]:
    step = {"beats": 1, "bars": beats.beats_a_bar, "median": len(beats.time)}[tempo]
    if tempo == "median":
        return [(0, _qpm(float(np.median(np.diff(beats.time)))))]
    edges = beats.time[::step]
    found = [(at * step, _qpm(float(length) / step)) for at, length in enumerate(np.diff(edges))]
    return [each for at, each in enumerate(found) if at == 0 or each[1] != found[at - 1][1]]


def _qpm(seconds: float) -> float:
    return round(min(max(60 / max(seconds, 1e-6), SLOWEST), FASTEST), 2)


def _track(track: Any, beats: Beats) -> Track:
    new = Track(track.name, track.program, track.is_drum)
    new.notes = _moved(track.notes, Note.from_numpy, beats, ("pitch", "velocity"), long=True)
    new.controls = _moved(track.controls, ControlChange.from_numpy, beats, ("number", "value"))
    new.pitch_bends = _moved(track.pitch_bends, PitchBend.from_numpy, beats, ("value",))
    new.pedals = _moved(track.pedals, Pedal.from_numpy, beats, (), long=True)
    new.lyrics.extend([TextMeta(int(beats.ticks(text.time)), text.text) for text in track.lyrics])
    return new


def _moved(events: Any, make: Callable[..., Any], beats: Beats, kept: tuple[str, ...], *, long: bool = False) -> Any:
    """Return the events in ticks; `long` ones keep where they begin and end, and last a tick at least."""
    table = events.numpy()
    moved = {"time": beats.ticks(table["time"])}
    if long:
        end = beats.ticks(table["time"] + table["duration"])
        moved["duration"] = np.maximum(end - moved["time"], 1).astype(np.int32)
    return make(**moved, **{name: table[name] for name in kept}, ttype="tick")
