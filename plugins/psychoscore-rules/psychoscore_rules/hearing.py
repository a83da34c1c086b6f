"""Hearing: what can be measured of a composed piece, for tests, benchmarks and anyone who doubts the table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean, pstdev

from psychoscore_rules.composition import Sketch
from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Note

PITCHED = ("melody", "inner", "harmony", "bass")


def notes_of(sketch: Sketch, layers: Iterable[str] = PITCHED) -> list[Note]:
    return sorted(note for layer in layers for note in sketch.layers.get(layer, []))


def bar_of(sketch: Sketch, note: Note) -> int:
    return note.onset // sketch.setting.meter.ticks


def notes_a_bar(sketch: Sketch) -> float:
    return len(notes_of(sketch)) / sketch.setting.bars


def polyphony(sketch: Sketch) -> float:
    """Return how many notes sound at once on average."""
    return sum(note.duration for note in notes_of(sketch)) / (sketch.setting.bars * sketch.setting.meter.ticks)


def legato(sketch: Sketch, layer: str = "melody") -> float:
    """Return the mean of sounding length over the time to the next onset, phrase ends left out."""
    notes = sketch.layers[layer]
    beat = 4 * STEP
    ratios = [
        here.duration / (after.onset - here.onset)
        for here, after in pairwise(notes)
        if 0 < after.onset - here.onset <= 2 * beat and not here.held
    ]
    return fmean(ratios) if ratios else 1.0


def rhythmic_entropy(sketch: Sketch) -> float:
    """Return the Shannon entropy in bits of the melody's pairs of inter-onset interval and place in the beat."""
    onsets = [note.onset for note in sketch.layers["melody"]]
    return _bits((b - a, a % (4 * STEP)) for a, b in pairwise(onsets))


def syncopation(sketch: Sketch) -> float:
    """Return the share of melody onsets that lie off the beat while the next beat brings none."""
    weights, ticks = sketch.setting.meter.weights, sketch.setting.meter.ticks
    onsets = [note.onset for note in sketch.layers["melody"]]
    beats = [i * STEP for i, weight in enumerate(weights) if weight >= 0.5]
    tied = 0
    for here, after in pairwise(onsets):
        bar, rest = divmod(here, ticks)
        coming = min([beat for beat in beats if beat > rest] or [ticks]) + bar * ticks
        tied += rest not in beats and after > coming
    return tied / max(1, len(onsets))


def foreign_share(sketch: Sketch, layers: Iterable[str] = PITCHED) -> float:
    """Return the share of notes outside the scale of their section."""
    setting = sketch.setting
    scales = [setting.scale(setting.section(bar)).pitch_classes for bar in range(setting.bars)]
    notes = notes_of(sketch, layers)
    return fmean(note.pitch % 12 not in scales[bar_of(sketch, note)] for note in notes) if notes else 0.0


def clashes(sketch: Sketch) -> float:
    """Return the share of neighbouring pitches struck together that are a semitone or a tritone apart."""
    struck: dict[int, list[int]] = {}
    for note in notes_of(sketch):
        struck.setdefault(note.onset, []).append(note.pitch)
    pairs = [(a, b) for pitches in struck.values() for i, a in enumerate(pitches) for b in pitches[i + 1 :]]
    return fmean(abs(a - b) % 12 in (1, 6, 11) for a, b in pairs) if pairs else 0.0


def on_chord(sketch: Sketch, layers: Iterable[str] = ("melody",)) -> float:
    """Return the share of notes struck on strong beats that belong to the chord."""
    setting, hits = sketch.setting, []
    for note in notes_of(sketch, layers):
        bar, rest = divmod(note.onset, setting.meter.ticks)
        if rest // STEP in setting.meter.strong and rest % STEP == 0:
            hits.append(note.pitch % 12 in sketch.harmony.at(bar, rest // STEP).pitch_classes)
    return fmean(hits) if hits else 1.0


def intervals(sketch: Sketch, layer: str = "melody") -> list[int]:
    """Return the melodic intervals of a layer in semitones, up positive."""
    return [after.pitch - here.pitch for here, after in pairwise(sketch.layers[layer])]


def rhythms(sketch: Sketch, layer: str = "melody") -> list[tuple[int, ...]]:
    """Return a layer's onsets in each bar, in ticks from its start."""
    bars: list[list[int]] = [[] for _ in range(sketch.setting.bars)]
    for note in sketch.layers[layer]:
        bars[bar_of(sketch, note)].append(note.onset % sketch.setting.meter.ticks)
    return [tuple(bar) for bar in bars]


def repetition(sketch: Sketch) -> float:
    """Return the share of bars whose melodic rhythm was heard before."""
    heard: set[tuple[int, ...]] = set()
    again = 0
    for rhythm in rhythms(sketch):
        again += rhythm in heard
        heard.add(rhythm)
    return again / sketch.setting.bars


def velocity_spread(sketch: Sketch) -> float:
    return pstdev([note.velocity for note in notes_of(sketch, ("melody",))])


def mean_pitch(sketch: Sketch, layers: Iterable[str] = PITCHED) -> float:
    return fmean(note.pitch for note in notes_of(sketch, layers))


def mean_velocity(sketch: Sketch, layers: Iterable[str] = PITCHED) -> float:
    return fmean(note.velocity for note in notes_of(sketch, layers))


def _bits(values: Iterable[object]) -> float:
    counts: Sequence[int] = list(Counter(values).values())
    total = sum(counts)
    return -sum(n / total * math.log2(n / total) for n in counts) if total else 0.0
