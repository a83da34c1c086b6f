"""What a plan asks of every attribute, in the attribute's own unit where a bar's numbers allow it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.chord_symbols import read_chords
from psychoscore_core.records import CONTRAST_MAX, DENSITY_MAX, POLYPHONY_MAX, SPAN_MAX, Plan
from psychoscore_hearing.attributes import measure
from psychoscore_hearing.music import hear
from psychoscore_hearing.scales import scale_place

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

SCALE = MappingProxyType(  # from a bar's number in [0, 1] to the attribute's unit
    {
        "density": float(DENSITY_MAX),
        "irregularity": 1.0,  # stays in the plan's own unit: its bits are counted bar by bar
        "articulation": 1.0,
        "dynamics": 127.0,
        "contrast": CONTRAST_MAX,
        "register": 127.0,
        "span": SPAN_MAX,
        "polyphony": float(POLYPHONY_MAX),
        "chromaticism": 1.0,
    }
)
CHORDAL = ("dissonance", "movement", "strain")
OWN_UNIT = frozenset(ATTRIBUTES) - {"irregularity", "repetition"}  # asked for in the unit that it is measured in
_MIDDLE, _QUARTER = 60, 480


def requested(plan: Plan) -> dict[str, float]:
    """Return the request for every attribute; NaN where the plan leaves it open.

    tempo: the mean over bars. brightness: the mean place of the bars' scales on the line of fifths. density,
    irregularity, articulation, dynamics, contrast, register, span, polyphony, chromaticism: means over bars.
    dissonance, movement, strain: measured on the plan's own chords, half bar by half bar, in its keys. repetition:
    share of bars that take up an earlier one.
    """
    found = {"tempo": float(np.mean(plan.tempos)), "repetition": _share_of_repeats(plan)}
    found["brightness"] = float(np.mean([scale_place(mode) for _, mode in plan.keys]))
    found |= {name: scale * _mean(plan, name) for name, scale in SCALE.items()} | _of_chords(plan)
    return {name: found[name] for name in ATTRIBUTES}


def _mean(plan: Plan, name: str) -> float:
    return float(np.mean([getattr(bar, name) for bar in plan.bars]))


def _share_of_repeats(plan: Plan) -> float:
    return float(np.mean([bar.repeats is not None for bar in plan.bars]))


def _of_chords(plan: Plan) -> Mapping[str, float]:
    if not any(bar.chord for bar in plan.bars):
        return dict.fromkeys(CHORDAL, np.nan)
    measured = measure(hear(chord_score(plan), plan.key, plan.mode).in_keys(plan.keys))
    return {name: measured[name] for name in CHORDAL}


def chord_score(plan: Plan) -> Score:
    """Return the plan's chords as held notes, each chord over its even share of the bar, 480 ticks a quarter."""
    from symusic import Note, Score, TimeSignature, Track

    beats, unit = plan.time_signature
    length = beats * 4 * _QUARTER // unit
    score, track = Score(_QUARTER), Track("chords", 0, False)
    score.time_signatures.append(TimeSignature(0, beats, unit))
    for index, bar in enumerate(plan.bars):
        chords = read_chords(bar.chord)
        for place, (classes, _) in enumerate(chords):
            start, end = (index * length + length * at // len(chords) for at in (place, place + 1))
            track.notes.extend([Note(start, end - start, _MIDDLE + pitch, 80) for pitch in classes])
    score.tracks.append(track)
    return score


def chord_classes(plan: Plan) -> np.ndarray | None:
    """Return which pitch classes the plan's chord has in each half bar, bool (bars, 2, 12); None where it has none."""
    if not any(bar.chord for bar in plan.bars):
        return None
    table = np.zeros((len(plan.bars), 2, 12), bool)
    for row, bar in zip(table, plan.bars, strict=True):
        chords = read_chords(bar.chord)
        for half in (0, 1):
            if chords:
                row[half, list(chords[half * len(chords) // 2][0])] = True
    return table
