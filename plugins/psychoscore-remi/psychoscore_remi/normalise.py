"""Normalise: any score becomes one that the vocabulary says exactly; the README lists what is lost."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen
from symusic import Score, Tempo, TimeSignature
from symusic.core import ScoreTick

from psychoscore_remi.events import DRUMS
from psychoscore_remi.grid import Grid, nearest
from psychoscore_remi.meter import Meter, bar_starts, lay_bars
from psychoscore_remi.notes import Notes, add_tracks, cut_overlaps, drop_repeats, in_token_order, read_notes
from psychoscore_remi.plugin import RemiConfig

_DEFAULT_TEMPO = 120.0  # what a MIDI file without a tempo means


@frozen(eq=False)
class GridScore:
    """A score on the grid: its notes in token order, its meter, and its tempo changes as (tick, bin)."""

    notes: Notes
    meter: Meter
    tempos: list[tuple[int, int]] = field(factory=list)

    @property
    def last_onset(self) -> int:
        return int(self.notes.onset.max()) if len(self.notes) else 0


def normalise(score: Score, grid: Grid, config: RemiConfig) -> GridScore:
    """Return the score on the grid; every value in it has a token."""
    if not isinstance(score, ScoreTick):
        score = score.to("tick")
    scale = grid.tpq / max(int(score.tpq), 1)
    notes = _sayable(read_notes(score), config)
    last = float(notes.onset.max()) if len(notes) else 0.0
    changes = [(t.time * scale, t.numerator, t.denominator) for t in score.time_signatures if 0 <= t.time <= last]
    meter = lay_bars(changes, grid, config.max_bars)
    notes = _on_grid(notes, scale, meter, grid)
    result = GridScore(notes, meter.up_to(int(notes.onset.max()) if len(notes) else 0))
    return evolve(result, tempos=_tempos(score, scale, result, grid)[: config.max_notes])


def _sayable(notes: Notes, config: RemiConfig) -> Notes:
    drums = notes.rank == DRUMS
    low = np.where(drums, config.drum_pitches[0], config.pitches[0])
    high = np.where(drums, config.drum_pitches[1], config.pitches[1])
    notes = notes.take((notes.onset >= 0) & (notes.pitch >= low) & (notes.pitch <= high))
    if len(notes) > config.max_notes:
        notes = notes.take(np.argsort(notes.onset, kind="stable")[: config.max_notes])
    return notes


def _on_grid(notes: Notes, scale: float, meter: Meter, grid: Grid) -> Notes:
    onset = snap(notes.onset * scale, meter, grid)
    notes = evolve(notes, onset=onset).take(onset < meter.end)
    step = grid.step[meter.signature[meter.at(notes.onset)]]
    length = grid.durations[nearest(grid.durations, notes.duration * scale / step)]
    velocity = grid.velocities[nearest(grid.velocities, notes.velocity)]
    notes = drop_repeats(evolve(notes, duration=length * step, velocity=velocity))
    return in_token_order(_with_sayable_durations(cut_overlaps(notes), meter, grid))


def _with_sayable_durations(notes: Notes, meter: Meter, grid: Grid) -> Notes:
    # a note cut short may have a length without a token: the next shorter one
    step = grid.step[meter.signature[meter.at(notes.onset)]]
    index = np.maximum(np.searchsorted(grid.durations, notes.duration // step, side="right") - 1, 0)
    return evolve(notes, duration=grid.durations[index] * step)


def snap(ticks: np.ndarray, meter: Meter, grid: Grid) -> np.ndarray:
    """Return the grid tick closest to each tick, counted from the stretch that it lies in."""
    stretch = meter.at(ticks)
    step = grid.step[meter.signature[stretch]]
    return meter.start[stretch] + (np.rint((ticks - meter.start[stretch]) / step) * step).astype(np.int64)


def _tempos(score: Score, scale: float, music: GridScore, grid: Grid) -> list[tuple[int, int]]:
    """Return the tempo changes up to the bar of the last onset: one a tick, the last; none that changes nothing."""
    arrays = score.tempos.numpy() if len(score.tempos) else {"time": np.zeros(0), "mspq": np.zeros(0)}
    good = (arrays["mspq"] > 0) & (arrays["time"] >= 0)
    time, mspq = arrays["time"][good], arrays["mspq"][good].astype(np.float64)
    order = np.argsort(time, kind="stable")
    ticks = snap(time[order] * scale, music.meter, grid)
    bins = nearest(grid.tempos, 6e7 / mspq[order])
    end = _end_of_last_bar(music, grid)
    at = {0: int(nearest(grid.tempos, np.array(_DEFAULT_TEMPO)))}
    at.update((tick, bin_) for tick, bin_ in zip(ticks.tolist(), bins.tolist(), strict=True) if tick < end)
    changes = sorted(at.items())
    return [change for i, change in enumerate(changes) if i == 0 or change[1] != changes[i - 1][1]]


def _end_of_last_bar(music: GridScore, grid: Grid) -> int:
    starts, signatures = bar_starts(music.meter, grid, music.last_onset)
    return int(starts[-1] + grid.bar[signatures[-1]])


def to_score(music: GridScore, grid: Grid, names: dict[int, str]) -> Score:
    """Return the symusic score of a score on the grid; tracks are in rank order."""
    score = Score(grid.tpq)
    add_tracks(score, music.notes, names)
    for start, signature in zip(music.meter.start.tolist(), music.meter.signature.tolist(), strict=True):
        score.time_signatures.append(TimeSignature(start, *grid.signatures[signature]))
    for tick, bin_ in music.tempos:
        score.tempos.append(Tempo(tick, float(grid.tempos[bin_])))
    return score
