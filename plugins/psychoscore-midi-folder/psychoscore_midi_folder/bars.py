"""Whether a file's bars can be believed, and bars from its onsets where they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen

from psychoscore_midi_folder.beats import BASS, FEWEST, beats_of
from psychoscore_midi_folder.downbeats import NEAR, downbeats_of
from psychoscore_midi_folder.notes import Notes
from psychoscore_midi_folder.onsets import Onsets, onsets_of
from psychoscore_midi_folder.rebarring import Tempos, rebarred, whole_bars

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

GRIDS = (4, 6)  # positions a quarter: sixteenths, triplet eighths and their halves
BELIEVED = 0.35  # strength of a grid from which it is one
BESIDE = 0.06  # quarters that a grid may lie beside the file's own: a quarter of a sixteenth
Mode = Literal["auto", "file", "track"]
Source = Literal["file", "onsets", "downbeats"]


@frozen(kw_only=True)
class Grid:
    """The grid that onsets keep. strength: 0 as if by chance, 1 exactly. offset: quarters after the file's own grid.

    positions: a quarter.
    """

    strength: float
    offset: float
    positions: int


def grid_of(notes: Notes) -> Grid:
    """Return the clearer of two grids: the mean of the onsets as points on a circle that is one position long."""
    onsets = np.unique(notes.onset) / notes.tpq
    means = {grid: complex(np.exp(2j * np.pi * grid * onsets).mean()) if len(onsets) else 1 for grid in GRIDS}
    best = max(means, key=lambda grid: abs(means[grid]))
    offset = float(np.angle(means[best])) / (2 * np.pi * best)
    return Grid(strength=abs(means[best]), offset=offset, positions=best)


def with_bars(score: Score, notes: Notes, bars: Mode, tempo: Tempos) -> tuple[Score, Source]:
    """Return the score and where its bars are from: "file"; "onsets", a new score; "downbeats", the file's own pace.

    With "auto" beats are found where the onsets keep no grid; where they keep one beside the file's own, or the file
    claims bars of one beat, its tempo is kept, and only where beats and bars begin is found.
    """
    grid = grid_of(notes)
    lost = bars == "track" or (bars == "auto" and grid.strength < BELIEVED)
    single = any(sign.numerator == 1 for sign in score.time_signatures)
    moved = bars == "auto" and (single or abs(grid.offset) > BESIDE)
    if not (lost or moved):
        return score, "file"
    sounding = score.to("second")
    onsets = onsets_of(sounding)
    if len(onsets.time) < FEWEST:
        return score, "file"
    beats = beats_of(onsets) if lost else _own_beats(score, grid, onsets)
    if len(beats) < 2:
        return score, "file"
    beats_a_bar, downbeat = downbeats_of(onsets, beats)
    first, last = float(onsets.time[0]), float(sounding.end())
    found = whole_bars(beats, beats_a_bar, downbeat, first, last)
    return rebarred(sounding, found, tempo), "onsets" if lost else "downbeats"


def _own_beats(score: Score, grid: Grid, onsets: Onsets) -> np.ndarray:
    """Return beats at the file's own tempo (seconds) on the position of the grid where most weight falls on them."""
    quarters = np.arange(0, score.end() / score.tpq + 1)
    places = np.arange(grid.positions) / grid.positions + grid.offset
    choices = [_seconds(score, quarters + place) for place in places]
    return max(choices, key=lambda beats: _weight_on(onsets, beats))


def _weight_on(onsets: Onsets, beats: np.ndarray) -> float:
    near = np.clip(np.searchsorted(beats, onsets.time), 1, len(beats) - 1)
    off = np.minimum(np.abs(beats[near] - onsets.time), np.abs(beats[near - 1] - onsets.time))
    return float((onsets.weight + BASS * onsets.bass)[off < NEAR].sum())


def _seconds(score: Score, quarters: np.ndarray) -> np.ndarray:
    """Return when each of the quarters sounds, in seconds; those before 0 at the first tempo."""
    tempos = sorted((max(0, tempo.time), tempo.qpm) for tempo in score.tempos)
    times = np.array([time for time, _ in tempos]) / score.tpq
    speeds = np.array([qpm for _, qpm in tempos]) / 60
    starts = np.concatenate([[0.0], np.cumsum(np.diff(times) / speeds[:-1])])
    held = np.maximum(np.searchsorted(times, quarters, side="right") - 1, 0)
    return starts[held] + (quarters - times[held]) / speeds[held]
