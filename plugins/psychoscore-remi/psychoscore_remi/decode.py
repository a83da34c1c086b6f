"""Decode: any row of ids of the vocabulary becomes a valid score."""

from __future__ import annotations

import numpy as np
from symusic import Score, Tempo, TimeSignature

from psychoscore_remi.events import DRUMS, Events, Kind
from psychoscore_remi.grid import Grid, nearest
from psychoscore_remi.notes import Notes, add_tracks, cut_overlaps, drop_repeats, in_token_order
from psychoscore_remi.timeline import Timeline, trace

_DEFAULT_TEMPO = 120.0


def decode(ids: np.ndarray, events: Events, grid: Grid, max_bars: int, names: dict[int, str]) -> Score:
    """Return the music of token ids (time,), up to the first end token and `max_bars` bars.

    A note is a pitch, a velocity and a duration in a row; what fits nowhere is skipped.
    """
    base = events.expand(ids)
    ends = np.flatnonzero(events.kind[base] == Kind.END)
    base = base[: ends[0]] if len(ends) else base
    base = base[events.kind[base] != Kind.SPECIAL]
    base = base[np.cumsum(events.kind[base] == Kind.BAR) <= max_bars]
    timeline = trace(base, events, grid)
    score = Score(grid.tpq)
    notes = cut_overlaps(drop_repeats(_notes(base, events, grid, timeline)))
    add_tracks(score, in_token_order(notes), names)
    _add_signatures(score, timeline, grid)
    _add_tempos(score, base, events, grid, timeline)
    return score


def _notes(base: np.ndarray, events: Events, grid: Grid, timeline: Timeline) -> Notes:
    kind, value = events.kind[base], events.value[base]
    pitched = (kind[:-2] == Kind.PITCH) | (kind[:-2] == Kind.DRUM)
    at = np.flatnonzero(pitched & (kind[1:-1] == Kind.VELOCITY) & (kind[2:] == Kind.DURATION))
    step = grid.step[timeline.signature[timeline.bar[at]]]
    return Notes(
        rank=np.where(kind[at] == Kind.DRUM, DRUMS, timeline.rank[at]),
        onset=timeline.tick[at],
        duration=grid.durations[value[at + 2]] * step,
        pitch=value[at],
        velocity=value[at + 1],
    )


def _add_signatures(score: Score, timeline: Timeline, grid: Grid) -> None:
    previous = -1
    for start, signature in zip(timeline.start.tolist(), timeline.signature.tolist(), strict=True):
        if signature != previous:
            score.time_signatures.append(TimeSignature(start, *grid.signatures[signature]))
        previous = signature


def _add_tempos(score: Score, base: np.ndarray, events: Events, grid: Grid, timeline: Timeline) -> None:
    at = np.flatnonzero(events.kind[base] == Kind.TEMPO)
    order = at[np.argsort(timeline.tick[at], kind="stable")]
    changes = {0: int(nearest(grid.tempos, np.array(_DEFAULT_TEMPO)))}
    changes.update(zip(timeline.tick[order].tolist(), events.value[base[order]].tolist(), strict=True))
    previous = -1
    for tick, bin_ in sorted(changes.items()):
        if bin_ != previous:
            score.tempos.append(Tempo(tick, float(grid.tempos[bin_])))
        previous = bin_
