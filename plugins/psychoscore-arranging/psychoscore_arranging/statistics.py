"""The rater `statistics`: what can be counted in a take without an opinion."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from psychoscore_arranging.plugin import StatisticsConfig
from psychoscore_core.records import KEYS, MODES, Plan, Take

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

IONIAN = (0, 2, 4, 5, 7, 9, 11)
SCALES = {  # semitones above the key note: each mode is the Ionian scale from its next degree
    mode: tuple(sorted((step - IONIAN[degree]) % 12 for step in IONIAN)) for degree, mode in enumerate(MODES)
}


@frozen
class Statistics:
    """Counts notes, bars, pitches and seconds; drums count as notes and in bars, not as pitches."""

    config: StatisticsConfig

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return the counts; of a take without notes, every mean, share and pitch is 0.

        notes. bars: planned, or more where notes begin after them. notes_per_bar. empty_bars: where no note begins.
        pitch_low, pitch_high, pitch_mean: MIDI pitch. velocity_mean: MIDI velocity. polyphony_mean: notes at a time
        while anything sounds. pitch_class_entropy: bits, 0 to log2(12) = 3.58. in_scale: share of notes in the plan's
        key and mode. seconds: to the end of the last note.
        """
        score = take.score.to("tick")
        notes = _notes(list(score.tracks))
        pitched = _notes([track for track in score.tracks if not track.is_drum])
        bar_ticks = max(1, score.tpq * 4 * take.plan.time_signature[0] // take.plan.time_signature[1])
        begun = np.unique(notes["time"] // bar_ticks)
        bars = max(len(take.plan.bars), int(begun[-1]) + 1 if len(begun) else 0)
        end = int((notes["time"] + notes["duration"]).max(initial=0))
        return {
            "notes": float(len(notes["time"])),
            "bars": float(bars),
            "notes_per_bar": len(notes["time"]) / max(1, bars),
            "empty_bars": float(bars - len(begun)),
            "velocity_mean": _mean(notes["velocity"]),
            "seconds": _seconds(score, end, take.plan.tempo),
        } | _pitches(pitched, take.plan)


def _notes(tracks: list[Any]) -> dict[str, np.ndarray]:
    """Return time, duration, pitch and velocity (notes,) int64 of these tracks together."""
    arrays = [track.notes.numpy() for track in tracks]
    empty = [np.zeros(0, np.int64)]
    return {
        name: np.concatenate(empty + [array[name] for array in arrays]).astype(np.int64)
        for name in ("time", "duration", "pitch", "velocity")
    }


def _pitches(notes: Mapping[str, np.ndarray], plan: Plan) -> dict[str, float]:
    pitch = notes["pitch"]
    classes = np.bincount(pitch % 12, minlength=12)
    scale = [(KEYS.index(plan.key) + step) % 12 for step in SCALES[plan.mode]]
    return {
        "pitch_low": float(pitch.min(initial=127)) if len(pitch) else 0.0,
        "pitch_high": float(pitch.max(initial=0)),
        "pitch_mean": _mean(pitch),
        "polyphony_mean": _polyphony(notes["time"], notes["duration"]),
        "pitch_class_entropy": _entropy(classes),
        "in_scale": float(classes[scale].sum()) / max(1, len(pitch)),
    }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of a distribution in bits."""
    shares = counts[counts > 0] / max(1, counts.sum())
    return abs(float(-(shares * np.log2(shares)).sum()))  # abs: a single class gives -0.0


def _polyphony(time: np.ndarray, duration: np.ndarray) -> float:
    """Return all durations over the time in which anything sounds."""
    order = np.argsort(time, kind="stable")
    start, end = time[order], np.maximum.accumulate((time + duration)[order]) if len(time) else time
    gaps = np.maximum(0, start[1:] - end[:-1]).sum()
    sounding = int(end[-1] - start[0] - gaps) if len(time) else 0
    return float(duration.sum()) / sounding if sounding else 0.0


def _seconds(score: Score, end: int, tempo: float) -> float:
    """Return the time of a tick under the score's tempos, or under the plan's where the score has none."""
    changes = sorted((event.time, event.mspq / 1e6) for event in score.tempos if event.time < end)
    if not changes or changes[0][0] > 0:
        changes.insert(0, (0, 60 / tempo))
    changes.append((end, 0.0))
    return sum((later - start) / score.tpq * pace for (start, pace), (later, _) in pairwise(changes))
