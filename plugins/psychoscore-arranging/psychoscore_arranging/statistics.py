"""The rater `statistics`: plain measurements of a take's notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_arranging.plugin import StatisticsConfig
from psychoscore_core.records import KEYS, MODES, Plan, Take

_MAJOR = (0, 2, 4, 5, 7, 9, 11)  # semitones above the tonic


@frozen(kw_only=True)
class _Notes:
    """All notes of a score: onsets and ends in ticks, velocities, and the pitches of those that are no drums."""

    time: np.ndarray
    end: np.ndarray
    velocity: np.ndarray
    pitch: np.ndarray


class Statistics:
    """Measures a take; every number is finite, 0 where there are no notes to measure."""

    def __init__(self, config: StatisticsConfig) -> None:
        self.config = config

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return the measurements of a take; the README's table says what each is."""
        notes = _notes(take.score)
        bars, filled = _bars(notes, take.score.ticks_per_quarter, take.plan)
        return {
            "notes": float(len(notes.time)),
            "bars": float(bars),
            "notes_per_bar": len(notes.time) / max(1, bars),
            "empty_bars": float(bars - filled),
            "seconds": _seconds(take.score),
            "pitch_low": float(notes.pitch.min(initial=127)) if notes.pitch.size else 0.0,
            "pitch_high": float(notes.pitch.max(initial=0)),
            "pitch_mean": _mean(notes.pitch),
            "velocity_mean": _mean(notes.velocity),
            "polyphony_mean": _polyphony(notes),
            "pitch_class_entropy": _entropy(np.bincount(notes.pitch % 12, minlength=12)),
            "in_scale": _mean(np.isin(notes.pitch % 12, scale(take.plan.key, take.plan.mode))),
        }


def scale(key: str, mode: str) -> tuple[int, ...]:
    """Return the pitch classes of a mode on a key, the tonic first."""
    degree = MODES.index(mode)
    rotated = _MAJOR[degree:] + tuple(step + 12 for step in _MAJOR[:degree])
    return tuple((KEYS.index(key) + step - rotated[0]) % 12 for step in rotated)


def _notes(score: Any) -> _Notes:
    tables = [(track.notes.numpy(), track.is_drum) for track in score.tracks if len(track.notes)]
    time, duration, velocity = (_joined([t[name] for t, _ in tables]) for name in ("time", "duration", "velocity"))
    pitch = _joined([table["pitch"] for table, drums in tables if not drums])
    return _Notes(time=time, end=time + duration, velocity=velocity, pitch=pitch)


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays).astype(np.int64) if arrays else np.zeros(0, dtype=np.int64)


def _bars(notes: _Notes, tpq: int, plan: Plan) -> tuple[int, int]:
    """Return how many bars the take has (the plan's, or more where notes begin after them) and how many have onsets."""
    numerator, denominator = plan.time_signature
    filled = np.unique((notes.time * denominator) // (4 * numerator * tpq))
    return max(len(plan.bars), int(filled.max(initial=-1)) + 1), len(filled)


def _seconds(score: Any) -> float:
    """Return the time from the start of the score to the last note's end, by its tempos."""
    if not score.note_num():
        return 0.0
    ends = (t.notes.numpy() for t in score.to("second").tracks if len(t.notes))
    return max(float((notes["time"] + notes["duration"]).max()) for notes in ends)


def _polyphony(notes: _Notes) -> float:
    """Return how many notes sound at once, on average over the time in which any does."""
    order = np.argsort(notes.time, kind="stable")
    time, end = notes.time[order], notes.end[order]
    reached = np.maximum.accumulate(np.append(0, end))  # how far sound has come before each note
    sounding = np.maximum(0, end - np.maximum(time, reached[:-1])).sum()
    return float((end - time).sum() / sounding) if sounding else 0.0


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of a distribution in bits."""
    shares = counts[counts > 0] / max(1, counts.sum())
    return abs(float(-(shares * np.log2(shares)).sum()))  # abs: no negative zero


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else 0.0
