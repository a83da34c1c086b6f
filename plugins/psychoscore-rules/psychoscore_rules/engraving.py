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

from psychoscore_core.key_signatures import key_signature
from psychoscore_core.records import KEYS
from psychoscore_rules.form import Section
from psychoscore_rules.meter import TICKS_PER_QUARTER
from psychoscore_rules.notes import Layers
from psychoscore_rules.orchestration import Ensemble
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
    """Write the tempo of each bar where it changes; a piece of 4 bars or more may slow down in its last one."""
    tempos = list(setting.plan.tempos)
    if ritardando and setting.bars >= 4:
        tempos[-1] = max(10.0, SLOWING * tempos[-1])
    for bar, tempo in enumerate(tempos):
        if not bar or tempo != tempos[bar - 1]:
            score.tempos.append(TempoTick(bar * setting.meter.ticks, tempo))


def _write_sections(setting: Setting, score: ScoreTick) -> None:
    before: Section | None = None
    for section in setting.sections:
        tick, mode = section.start * setting.meter.ticks, section.mode_in(setting.plan)
        if before is None or section.letter != before.letter:
            score.markers.append(TextMetaTick(tick, section.letter))
        if before is None or (section.shift, mode) != (before.shift, before.mode_in(setting.plan)):
            signature = key_signature(KEYS[(setting.home.tonic + section.shift) % 12], mode)
            score.key_signatures.append(KeySignatureTick(tick, *signature))
        before = section
