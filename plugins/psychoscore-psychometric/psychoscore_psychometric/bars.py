"""The numbers of a bar's condition: their names, and what a plan makes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.planning.targets import BY_BRIGHTNESS
from psychoscore_core.records import DENSITY_MAX, KEYS, BarPlan, Plan

# A plan's own numbers, as `BarPlan` has them.
NUMBERS = (
    "density",
    "register",
    "dynamics",
    "articulation",
    "polyphony",
    "irregularity",
    "span",
    "contrast",
    "chromaticism",
    "tension",
)
SECTIONS = 4  # letters that are told apart; a fifth is the first one again
HALVES = ("first", "second")  # halves of a bar
NAMES = (
    *NUMBERS,
    "remaining",  # 1 / (1 + bars left after this one)
    "tempo",  # 0 at 40 quarter notes a minute, 1 at 200, even in ratio
    "brightness",  # of the mode, 0 Locrian to 1 Lydian
    "length",  # of the bar, 1 = eight quarters
    "repeats",  # 1 where the bar takes up an earlier one
    "opening",  # 1 where a section begins
    *(f"section_{n}" for n in range(SECTIONS)),
    *(f"chord_{half}_{n}" for half in HALVES for n in range(12)),  # n semitones above the tonic belong to the chord
    *(f"root_{half}_{n}" for half in HALVES for n in range(12)),
)
SLOW, FAST = 40.0, 200.0
ONSETS = 32  # in a bar of four quarters that are a condition of density 1


def planned(plan: Plan) -> tuple[tuple[float, ...], ...]:
    """Return the numbers of every planned bar in the order of NAMES, each in [0, 1]."""
    count, beats, unit = len(plan.bars), *plan.time_signature
    letters: dict[str, int] = {}
    rows = []
    for index, (bar, (key, mode), tempo) in enumerate(zip(plan.bars, plan.keys, plan.tempos, strict=True)):
        before = plan.bars[index - 1].section if index else None
        rows.append(
            (
                unit_of(bar.density * DENSITY_MAX / ONSETS),
                *(unit_of(getattr(bar, name)) for name in NUMBERS[1:]),
                remaining(index, count),
                tempo_of(tempo),
                brightness_of(mode),
                unit_of(beats / unit / 2),
                float(bar.repeats is not None),
                float(bar.section != before),
                *one_hot(letters.setdefault(bar.section, len(letters)) % SECTIONS, SECTIONS),
                *_harmony(bar, KEYS.index(key), index),
            )
        )
    return tuple(rows)


def _harmony(bar: BarPlan, tonic: int, index: int) -> tuple[float, ...]:
    """Return chord tones and root of both halves, counted from the tonic; all 0 where no chord is planned."""
    chords = read_chords(bar.chord, f"plan: bar {index + 1}")
    if not chords:
        return (0.0,) * 48
    halves = [chords[0][0], chords[len(chords) // 2][0]]
    tones = [float((n + tonic) % 12 in chord) for chord in halves for n in range(12)]
    roots = [share for chord in halves for share in one_hot((chord[0] - tonic) % 12, 12)]
    return (*tones, *roots)


def remaining(index: int, count: int) -> float:
    """Return 1 / (1 + bars left after this one): 1 in the last bar, near 0 far from the end."""
    return 1 / (count - index)


def tempo_of(tempo: float) -> float:
    """Return a tempo in quarter notes a minute as a number in [0, 1]."""
    return unit_of(math.log(max(tempo, 1.0) / SLOW) / math.log(FAST / SLOW))


def brightness_of(mode: str) -> float:
    """Return 0 for Locrian to 1 for Lydian: the mean place of the mode on the line of fifths."""
    return BY_BRIGHTNESS.index(mode) / 6


def one_hot(index: int, size: int) -> Sequence[float]:
    return tuple(float(n == index) for n in range(size))


def unit_of(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
