"""Harmony: the chords of every bar as the composer hears them, from the plan's chord symbols."""

from __future__ import annotations

from attrs import evolve, frozen

from psychoscore_core.chord_symbols import read_chords
from psychoscore_rules.meter import Meter
from psychoscore_rules.scales import Chord, Scale, spelled
from psychoscore_rules.setting import Setting

Bar = tuple[tuple[int, Chord], ...]  # (step where it begins, chord), the first at 0


@frozen
class Harmony:
    """The chords of every bar."""

    bars: tuple[Bar, ...]

    def at(self, bar: int, step: int) -> Chord:
        """Return the chord that sounds at a step of a bar."""
        return next(chord for start, chord in reversed(self.bars[bar]) if start <= step)

    def spans(self, bar: int, steps: int) -> list[tuple[int, int, Chord]]:
        """Return the bar's chords as (start, end, chord) in steps."""
        starts = [start for start, _ in self.bars[bar]]
        return [(s, e, chord) for (s, chord), e in zip(self.bars[bar], (*starts[1:], steps), strict=True)]


def harmonize(setting: Setting) -> Harmony:
    """Return the harmony of a plan whose every bar has a chord; a beat is the shortest that a chord lasts.

    Raises RunError, naming the bar, on what is no chord symbol.
    """
    bars = []
    for index, plan in enumerate(setting.plan.bars):
        scale = setting.scale(setting.section(index))
        given = read_chords(plan.chord, f"plan: bar {index + 1}")
        chords = [_resting(spelled(scale, *chord), scale) for chord in given] or [_resting(_tonic(scale), scale)]
        bars.append(tuple(zip(starts_of(setting.meter, len(chords)), chords, strict=False)))
    return Harmony(tuple(bars))


def starts_of(meter: Meter, count: int) -> tuple[int, ...]:
    """Return the steps where up to `count` chords of a bar begin: its half, or else its beats."""
    if count <= 1 or not meter.halfway:
        return (0,)
    if count == 2:
        return (0, meter.halfway)
    beats = [start for start, _ in meter.beats]
    count = min(count, len(beats))
    return tuple(beats[index * len(beats) // count] for index in range(count))


def _tonic(scale: Scale) -> Chord:
    return spelled(scale, tuple((scale.tonic + scale.intervals[degree]) % 12 for degree in (0, 2, 4)))


def _resting(chord: Chord, scale: Scale) -> Chord:
    """Return the chord; Locrian's tonic rests only without its fifth."""
    if chord.root == 0 and chord.quality == "diminished" and len(chord.tones) == 3 and not chord.altered:
        return evolve(chord, tones=chord.tones[:2])
    return chord
