"""Percussion: timpani under the bass and a drum track, for wounded minds."""

from __future__ import annotations

from itertools import pairwise

from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Note
from psychoscore_rules.orchestration import TIMPANI
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import enters

KICK, SNARE, LOW_TOM, CRASH = 36, 38, 41, 49


def compose_timpani(setting: Setting, bass: list[Note]) -> list[Note]:
    """Double the bass on downbeats, and roll through the bar before a new section."""
    start = enters(setting, "timpani") * setting.meter.ticks
    downbeats = [n for n in bass if n.onset % setting.meter.ticks == 0 and n.onset >= start]
    notes = [n._replace(pitch=TIMPANI.fit(n.pitch), duration=min(n.duration, 8 * STEP)) for n in downbeats]
    lasts = {section.start + section.length - 1 for section in setting.sections[:-1]}
    rolls = [n for n in notes if n.onset // setting.meter.ticks in lasts]
    for note in rolls:
        last_beat, length = setting.meter.beats[-1]
        for step in range(last_beat, last_beat + length):
            notes.append(note._replace(onset=note.onset + step * STEP, duration=STEP))
    return _spaced(notes)


def _spaced(notes: list[Note]) -> list[Note]:
    """Sort the notes and end each where the next begins."""
    ordered = sorted(set(notes))
    return [
        note._replace(duration=min(note.duration, after.onset - note.onset))
        for note, after in pairwise(ordered)
        if after.onset > note.onset
    ] + ordered[-1:]


def compose_drums(setting: Setting) -> list[Note]:
    """Return a drum line: low drum on strong beats, side drum against it as density grows, crashes at new sections."""
    notes: list[Note] = []
    first = enters(setting, "drums")
    openings = {section.start for section in setting.sections}
    for bar in range(first, setting.bars):
        origin, density = bar * setting.meter.ticks, setting.bar(bar).density
        last = bar == setting.bars - 1
        hits = [(0, KICK)] if last else _pattern(setting, density)
        if (bar in openings and setting.bar(bar).dynamics > 0.5) or last:
            hits.append((0, CRASH))
        notes += [Note(origin + step * STEP, STEP, drum) for step, drum in hits]
    return notes


def _pattern(setting: Setting, density: float) -> list[tuple[int, int]]:
    meter = setting.meter
    hits = [(step, KICK) for step in meter.strong]
    if density > 0.3:
        hits += [(beat, SNARE) for beat, _ in meter.beats if beat not in meter.strong]
    if density > 0.5:
        beat, length = meter.beats[-1]
        hits += [(beat + step, SNARE) for step in range(1, length)]
    if density > 0.65:
        hits += [(beat + 2, LOW_TOM) for beat, length in meter.beats[:-1] if length > 2]
    return hits
