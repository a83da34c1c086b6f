"""The inner voice: in thirds and sixths with the melody where minds are coupled, else a line of its own."""

from __future__ import annotations

from psychoscore_rules.harmony import Harmony
from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Note
from psychoscore_rules.orchestration import Instrument
from psychoscore_rules.scales import Chord
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import enters, has_inner

COUPLED_FROM = 0.6


def compose_inner(setting: Setting, harmony: Harmony, instrument: Instrument, melody: list[Note]) -> list[Note]:
    """Return the inner layer, [] where the texture has none."""
    if not has_inner(setting):
        return []
    start = enters(setting, "inner") * setting.meter.ticks
    if setting.character.doubling > COUPLED_FROM:
        sung = [note for note in melody if note.onset >= start]
        return [
            _paired(setting, harmony, instrument, note)
            for note in sung
            if setting.dice("pair", note.onset).random() < _share(setting)
        ]
    return [note for note in _counterline(setting, harmony, instrument) if note.onset >= start]


def _share(setting: Setting) -> float:
    """Return how many of the melody's notes are doubled."""
    return min(1.0, 0.55 + 1.2 * (setting.character.doubling - COUPLED_FROM))


def _chord_at(setting: Setting, harmony: Harmony, tick: int) -> Chord:
    bar, rest = divmod(tick, setting.meter.ticks)
    return harmony.at(bar, rest // STEP)


def _paired(setting: Setting, harmony: Harmony, instrument: Instrument, note: Note) -> Note:
    """Return the note a third below, or a sixth where the third is foreign to a strong beat's chord."""
    chord = _chord_at(setting, harmony, note.onset)
    step = chord.scale.step(note.pitch) - 2
    if note.onset % setting.meter.ticks // STEP in setting.meter.strong and not chord.has(step):
        step = chord.nearest(step, False)
    return note._replace(pitch=instrument.fit(chord.scale.pitch(step)))


def _counterline(setting: Setting, harmony: Harmony, instrument: Instrument) -> list[Note]:
    """Hold a chord tone per harmony, moving as little as possible, with chromatic slides into the next."""
    spans = [
        (bar * setting.meter.ticks + start * STEP, (end - start) * STEP, chord, bar)
        for bar in range(setting.bars)
        for start, end, chord in harmony.spans(bar, setting.meter.steps)
    ]
    line: list[Note] = []
    for onset, duration, chord, bar in spans:
        centre = min(instrument.high - 7, max(instrument.low + 7, round(setting.register(bar)) + 2))
        before = line[-1].pitch if line else centre
        line.append(
            Note(onset, duration, _nearest_tone(chord, before, centre, instrument), held=bar == setting.bars - 1)
        )
    return _slid(setting, line)


def _nearest_tone(chord: Chord, before: int, centre: int, instrument: Instrument) -> int:
    tones = [p for p in range(instrument.low, instrument.high + 1) if p % 12 in chord.pitch_classes]
    return min(tones, key=lambda p: abs(p - before) + 0.5 * abs(p - centre) + (1.5 if p == before else 0.0))


def _slid(setting: Setting, line: list[Note]) -> list[Note]:
    """Cut the end off a note for a chromatic neighbour of the next: machiavellianism's way in by the back door."""
    slid: list[Note] = []
    beat = 2 * STEP
    for note, after in zip(line, [*line[1:], None], strict=True):
        chance = min(1.0, 1.3 * setting.character.chromatic_line)
        if after is None or note.duration < 2 * beat or setting.dice("slide", note.onset).random() >= chance:
            slid.append(note)
            continue
        way = 1 if after.pitch >= note.pitch else -1
        slid.append(note._replace(duration=note.duration - beat))
        slid.append(Note(note.end - beat, beat, after.pitch - way))
    return slid
