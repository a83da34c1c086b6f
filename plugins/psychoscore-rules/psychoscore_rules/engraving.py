"""Engraving: layers of notes become a symusic score with tracks, tempo, metre, key signatures and rehearsal letters."""

from __future__ import annotations

from symusic.core import (
    KeySignatureTick,
    NoteTick,
    ScoreTick,
    TempoTick,
    TextMetaTick,
    TimeSignatureTick,
    TrackTick,
)

from psychoscore_rules.meter import TICKS_PER_QUARTER
from psychoscore_rules.notes import Layers
from psychoscore_rules.orchestration import Ensemble
from psychoscore_rules.scales import INTERVALS
from psychoscore_rules.setting import Setting

SLOWING = 0.85  # share of the tempo in the last bar


def engrave(setting: Setting, layers: Layers, ensemble: Ensemble, ritardando: bool) -> ScoreTick:
    """Return the score, 480 ticks a quarter; empty layers give no track."""
    score = ScoreTick(TICKS_PER_QUARTER)
    score.time_signatures.append(TimeSignatureTick(0, *setting.plan.time_signature))
    _write_tempo(setting, score, ritardando)
    _write_sections(setting, score)
    for layer, notes in layers.items():
        if not notes:
            continue
        instrument = ensemble[layer]
        track = TrackTick(f"{layer}: {instrument.name}", instrument.program, layer == "drums")
        for note in notes:
            track.notes.append(NoteTick(note.onset, note.duration, note.pitch, note.velocity))
        score.tracks.append(track)
    return score


def _write_tempo(setting: Setting, score: ScoreTick, ritardando: bool) -> None:
    score.tempos.append(TempoTick(0, setting.plan.tempo))
    if ritardando and setting.bars >= 4:
        score.tempos.append(
            TempoTick((setting.bars - 1) * setting.meter.ticks, max(10.0, SLOWING * setting.plan.tempo))
        )


def _write_sections(setting: Setting, score: ScoreTick) -> None:
    shift: int | None = None
    for section in setting.sections:
        tick = section.start * setting.meter.ticks
        score.markers.append(TextMetaTick(tick, section.letter))
        if section.shift != shift:
            shift = section.shift
            score.key_signatures.append(
                KeySignatureTick(tick, *key_signature(setting.home.tonic + shift, setting.plan.mode))
            )


def key_signature(tonic: int, mode: str) -> tuple[int, int]:
    """Return sharps (negative: flats) of the parent major scale and 1 where the mode's third is minor, else 0."""
    offset = {"Ionian": 0, "Dorian": 2, "Phrygian": 4, "Lydian": 5, "Mixolydian": 7, "Aeolian": 9, "Locrian": 11}[mode]
    fifths = (tonic - offset) * 7 % 12
    return (fifths if fifths <= 6 else fifths - 12), int(INTERVALS[mode][2] == 3)
