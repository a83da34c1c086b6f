"""What a plan's bar means for its notes: which pitch classes belong, how many onsets, where the strong beats are."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from attrs import frozen

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.records import CONTRAST_MAX, DENSITY_MAX, KEYS, POLYPHONY_MAX, SCALES, SPAN_MAX, BarPlan, Plan
from psychoscore_hearing.spiral import MINOR_MODES

LOWEST, HIGHEST = 24, 103  # MIDI pitches: a piano less its outermost keys
REACH = 2.5  # standard deviations
GRID = 24  # positions a quarter note, the unit of onsets and lengths


@frozen(eq=False)
class Bar:
    """One planned bar, ready to steer by.

    length: in 24ths of a quarter. onsets: how many are wanted (not whole). tonic: pitch class. minor: whether its key
    is. scale: (128,) bool of pitches. chords: (start in 24ths, pitch classes) in order, () where no chord is planned.
    strong: onsets in 24ths that are strong beats. The rest is in MIDI units, notes and shares.
    """

    plan: BarPlan
    length: int
    onsets: float
    tonic: int
    minor: bool
    scale: np.ndarray
    chords: tuple[tuple[int, frozenset[int]], ...]
    strong: frozenset[int]

    def chord(self, onset: int) -> frozenset[int] | None:
        """Return the pitch classes of the chord that sounds at an onset, or None."""
        return next((classes for start, classes in reversed(self.chords) if start <= onset), None)

    @property
    def pitch(self) -> tuple[float, float]:
        return 127 * self.plan.register, SPAN_MAX * self.plan.span

    @cached_property
    def window(self) -> tuple[int, int]:
        """Return the lowest and highest pitch: on a piano, and within reach of the planned mean."""
        mean, deviation = self.pitch
        reach = max(REACH * deviation, 14.0)
        low = max(LOWEST, round(mean - reach))
        return low, min(HIGHEST, max(round(mean + reach), low + 28))

    @property
    def velocity(self) -> tuple[float, float]:
        return 127 * self.plan.dynamics, CONTRAST_MAX * self.plan.contrast

    @property
    def polyphony(self) -> float:
        return max(1.0, POLYPHONY_MAX * self.plan.polyphony)


def bars_of(plan: Plan) -> list[Bar]:
    """Return the bars of a plan; raises RunError on a chord that is no chord symbol."""
    beats, unit = plan.time_signature
    length = beats * 4 * GRID // unit
    strong = strong_beats(beats, unit)
    return [
        Bar(
            plan=bar,
            length=length,
            onsets=bar.density * DENSITY_MAX * length / (4 * GRID),
            tonic=KEYS.index(key),
            minor=mode in MINOR_MODES,
            scale=pitches_of(scale_of(key, mode)),
            chords=_chords(bar, length, index),
            strong=strong,
        )
        for index, (bar, (key, mode)) in enumerate(zip(plan.bars, plan.keys, strict=True))
    ]


def strong_beats(beats: int, unit: int) -> frozenset[int]:
    """Return the strong beats of a bar in 24ths of a quarter: the first, and the middle one of an even number.

    In compound time (6/8, 9/8, 12/8) beats are groups of three.
    """
    step = 4 * GRID // unit
    if unit >= 8 and beats % 3 == 0 and beats > 3:
        beats, step = beats // 3, step * 3
    return frozenset((0, beats // 2 * step)) if beats % 2 == 0 else frozenset((0,))


def scale_of(key: str, mode: str) -> frozenset[int]:
    """Return the pitch classes of a mode on a key."""
    return frozenset((KEYS.index(key) + step) % 12 for step in SCALES[mode])


@lru_cache(maxsize=512)
def pitches_of(pitch_classes: frozenset[int]) -> np.ndarray:
    """Return the MIDI pitches (128,) of some pitch classes, read-only."""
    pitches = np.isin(np.arange(128) % 12, list(pitch_classes))
    pitches.setflags(write=False)
    return pitches


def _chords(bar: BarPlan, length: int, index: int) -> tuple[tuple[int, frozenset[int]], ...]:
    chords = read_chords(bar.chord, f"plan: bar {index + 1}")
    return tuple(
        (place * length // len(chords), frozenset((*tones, bass))) for place, (tones, bass) in enumerate(chords)
    )
