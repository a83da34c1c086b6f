"""Measures what each bar of a score is like: how dense, how high, how loud."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from symusic import Score

from psychoscore_core.records import DENSITY_MAX, BarPlan

GRID = 24  # positions a quarter note that onsets are rounded to before they are sorted into bars
ATTACK = 3  # positions within which onsets count as one: a chord not quite together, an eighth of a quarter note
COMMON_TIME = 4.0  # quarter notes a bar where no valid time signature says otherwise


def bar_features(score: Score, max_bars: int) -> np.ndarray:
    """Return density, register and dynamics per bar, up to the bar of the last onset: (bars, 3) in [0, 1].

    Bars follow the time signatures from tick 0; a change of signature begins a bar, and 4/4 stands where none does.
    Drums count for density and dynamics only. A bar without a register or dynamics of its own carries the bar's
    before it, or the neutral 0.5 at the start. Notes after `max_bars` bars are not measured.
    """
    onsets, pitches, velocities, pitched = _notes(score)
    if onsets.size == 0:
        return np.zeros((0, 3))
    starts = _bar_starts(score, int(onsets.max()), max_bars + 1)
    bars = np.searchsorted(starts, onsets, side="right") - 1
    count = min(len(starts), max_bars)
    kept = bars < count
    pitched &= kept
    density = _attacks(bars[kept], onsets[kept], count) / DENSITY_MAX
    register = _carried(bars[pitched], pitches[pitched] / 127, count, BarPlan().register)
    dynamics = _carried(bars[kept], velocities[kept] / 127, count, BarPlan().dynamics)
    return np.clip(np.stack([density, register, dynamics], axis=1), 0.0, 1.0)


def _notes(score: Score) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return onsets in grid positions, pitches, velocities, and which notes have a pitch (are not drums)."""
    tables = [(track.notes.numpy(), track.is_drum) for track in score.tracks if len(track.notes)]
    if not tables:
        return (np.zeros(0),) * 4
    ticks, pitches, velocities = (
        np.concatenate([table[name] for table, _ in tables]).astype(np.int64) for name in ("time", "pitch", "velocity")
    )
    pitched = np.repeat([not drums for _, drums in tables], [len(table["time"]) for table, _ in tables])
    return _positions(score, np.maximum(ticks, 0)), pitches, velocities, pitched


def _attacks(bars: np.ndarray, onsets: np.ndarray, count: int) -> np.ndarray:
    """Return the number of distinct attacks in each bar."""
    coarse = (onsets + ATTACK // 2) // ATTACK
    span = int(coarse.max()) + 1
    return np.bincount(np.unique(bars * span + coarse) // span, minlength=count)


def _positions(score: Score, ticks: np.ndarray) -> np.ndarray:
    return np.floor(ticks * GRID / max(1, score.ticks_per_quarter) + 0.5).astype(np.int64)


def _bar_starts(score: Score, last: int, limit: int) -> np.ndarray:
    """Return the grid position of each bar that begins at or before `last`, at most `limit` of them."""
    parts: list[np.ndarray] = []
    room = limit
    for begin, end, length in _segments(score, last + 1):
        count = min(room, int(np.ceil((end - begin) / length)))
        parts.append(begin + length * np.arange(count))
        room -= count
        if room == 0:
            break
    return np.concatenate(parts)


def _segments(score: Score, end: int) -> Iterator[tuple[int, int, float]]:
    """Yield (begin, end, bar length) in grid positions for each stretch under one time signature."""
    begin, length = 0, COMMON_TIME * GRID
    signatures = sorted((s for s in score.time_signatures if s.numerator > 0 and s.denominator > 0), key=_time)
    changes = _positions(score, np.array([max(0, s.time) for s in signatures], dtype=np.int64))
    for change, signature in zip(changes.tolist(), signatures, strict=True):
        if change >= end:
            break
        if change > begin:
            yield begin, change, length
        begin, length = change, COMMON_TIME * GRID * signature.numerator / signature.denominator
    yield begin, end, length


def _time(signature: object) -> int:
    return signature.time  # type: ignore[attr-defined, no-any-return]  # symusic has no stubs for it


def _carried(bars: np.ndarray, values: np.ndarray, count: int, start: float) -> np.ndarray:
    """Return the mean of the values in each bar; a bar without any has the last bar's before it that had one."""
    notes = np.bincount(bars, minlength=count)
    means = np.bincount(bars, weights=values, minlength=count) / np.maximum(notes, 1)
    source = np.maximum.accumulate(np.where(notes > 0, np.arange(count), -1))
    return np.where(source >= 0, means[source], start)
