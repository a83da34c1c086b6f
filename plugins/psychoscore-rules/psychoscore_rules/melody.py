"""Melody: themes sung over the harmony, phrase by phrase, each with an arch, a close and a breath."""

from __future__ import annotations

from math import pi, sin

from attrs import define, field

from psychoscore_rules.form import Phrase
from psychoscore_rules.harmony import Harmony
from psychoscore_rules.meter import STEP
from psychoscore_rules.motif import Motif, vary, with_notes
from psychoscore_rules.notes import Note
from psychoscore_rules.orchestration import Instrument
from psychoscore_rules.placement import Wish, place
from psychoscore_rules.rhythm import tie
from psychoscore_rules.scales import Chord, Scale
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import texture_of
from psychoscore_rules.themes import Material, material_of, motif_for, structure_of

ABOVE = 11  # semitones of the melody above the texture's middle


@define
class _Singer:
    """What the voice remembers while it sings: its last pitch, and how each theme went the last time."""

    setting: Setting
    harmony: Harmony
    instrument: Instrument
    materials: dict[str, Material] = field(factory=dict)
    heard: dict[tuple[str, int, int], Motif] = field(factory=dict)
    anchors: dict[tuple[str, int, int], tuple[int, float]] = field(factory=dict)  # first step, and the middle then
    last: int | None = None


def compose_melody(setting: Setting, harmony: Harmony, instrument: Instrument) -> list[Note]:
    """Return the melody as written notes, monophonic, one phrase after the other."""
    singer = _Singer(setting, harmony, instrument)
    notes: list[Note] = []
    for phrase in setting.phrases:
        notes += _phrase(singer, phrase)
    return notes


def _phrase(singer: _Singer, phrase: Phrase) -> list[Note]:
    setting = singer.setting
    letter = phrase.theme[0]
    if letter not in singer.materials:
        singer.materials[letter] = material_of(setting, letter)
    notes: list[Note] = []
    for index, role in enumerate(structure_of(setting, phrase)):
        if role == "c":
            notes += _close(singer, phrase, index)
        else:
            notes += _bar(singer, phrase, index, role)
    return notes


def _bar(singer: _Singer, phrase: Phrase, index: int, role: str) -> list[Note]:
    setting, bar = singer.setting, phrase.start + index
    key = (*phrase.theme, index)
    heading = 1 if setting.character.direction >= 0 else -1
    motif = singer.heard.get(key) or motif_for(role, singer.materials[phrase.theme[0]], setting, heading)
    expected = _expected(singer, phrase, index, role, heading)
    chance = setting.dice("variation", bar)
    heat = setting.temperatures[bar]
    if phrase.statement and chance.random() < setting.character.divergence * min(1.5, heat):
        motif = vary(motif, chance, setting.meter, setting.character.irregularity, setting.character.divergence)
        expected = None
    motif = with_notes(motif, setting.meter, texture_of(setting, bar).melody)
    steps = _placed(singer, phrase, index, motif, expected)
    if key not in singer.heard:
        singer.heard[key] = Motif(motif.rhythm, tuple(step - steps[0] for step in steps))
        singer.anchors[key] = (steps[0], _middle(singer, phrase, index))
    return _written(singer, bar, motif, steps)


def _expected(singer: _Singer, phrase: Phrase, index: int, role: str, heading: int) -> int | None:
    """Return the step on which a motif is expected to begin: as before, or a step from the bar before."""
    before = singer.anchors.get((*phrase.theme, index))
    if before is not None:  # another octave only where the register has moved as far
        return before[0] + 7 * round((_middle(singer, phrase, index) - before[1]) / 7)
    neighbour = singer.anchors.get((*phrase.theme, index - 1))
    if neighbour is None or role not in "ui":
        return None
    return neighbour[0] + (heading if role == "u" else 0)


def _placed(singer: _Singer, phrase: Phrase, index: int, motif: Motif, expected: int | None) -> list[int]:
    setting, bar = singer.setting, phrase.start + index
    scale = setting.scale(phrase.section)
    low, high = _window(singer, bar, scale)
    wish = Wish(
        previous=None if singer.last is None else scale.step(singer.last),
        middle=_middle(singer, phrase, index),
        anchor=expected,
        leaps=setting.character.leaps,
        rest=singer.harmony.at(bar + 1, 0).root if index == phrase.length - 2 else None,
        low=low,
        high=high,
    )
    rng = setting.dice("place", *phrase.theme, index)
    heat = setting.temperatures[bar] * (0.4 + setting.character.leaps)
    return place(motif, lambda step: singer.harmony.at(bar, step), setting.meter.strong, wish, rng, heat)


def _middle(singer: _Singer, phrase: Phrase, index: int) -> float:
    """Return where the line should lie, in steps: the register, raised by tension, on the arch of the phrase."""
    setting, bar = singer.setting, phrase.start + index
    character, plan = setting.character, setting.bar(bar)
    pitch = setting.register(bar) + ABOVE + character.lift * (plan.tension + 0.25)
    along = (index + 0.5) / phrase.length
    arch = character.span * (sin(pi * min(1.0, along * 1.1)) - 0.5)
    slope = 4.0 * character.direction * (along - 0.5)
    low, high = singer.instrument.low, singer.instrument.high
    return setting.scale(phrase.section).step(round(min(high - 4, max(low + 4, pitch)))) + arch + slope


def _window(singer: _Singer, bar: int, scale: Scale) -> tuple[int, int]:
    middle = singer.setting.register(bar) + ABOVE + singer.setting.character.lift * 0.5
    reach = 7 + singer.setting.character.span
    low = max(singer.instrument.low, min(singer.instrument.high - 14, middle - reach))
    high = min(singer.instrument.high, max(singer.instrument.low + 14, middle + reach))
    return scale.step(round(low)), scale.step(round(high))


def _close(singer: _Singer, phrase: Phrase, index: int) -> list[Note]:
    """Sing a close: by step to a stable degree of its chord, held, with a breath after it or a way into the next."""
    setting, bar = singer.setting, phrase.start + index
    scale, chord = setting.scale(phrase.section), singer.harmony.at(bar, 0)
    motif = _cadence(singer, phrase, index)
    goal = _goal(singer, phrase, index, scale, chord)
    steps = [goal + offset for offset in motif.contour]
    steps[0] = chord.nearest(steps[0], True) if len(steps) > 1 else goal
    notes = _written(singer, bar, motif, steps)
    if phrase.close == "final":
        return [*notes[:-1], notes[-1]._replace(held=True)]
    return _breathed(singer, bar, notes)


def _cadence(singer: _Singer, phrase: Phrase, index: int) -> Motif:
    """Return the rhythm and contour of a close; the last offset is 0, the goal."""
    setting, bar = singer.setting, phrase.start + index
    meter, room = setting.meter, texture_of(setting, bar).melody
    if phrase.close == "final" or room < 3 or len(meter.strong) < 2:
        return Motif(((0, meter.steps),), (0,))
    beats = [start for start, _ in meter.beats if start < meter.halfway]
    above = setting.dice("cadence", *phrase.theme, phrase.close).random() < 0.65
    contour = (2, 1) if above else (-2, -1)
    starts = beats[:2] if len(beats) > 1 else [0, meter.halfway // 2]
    return Motif(tie([*starts, meter.halfway], meter.steps), (*contour, 0))


def _goal(singer: _Singer, phrase: Phrase, index: int, scale: Scale, chord: Chord) -> int:
    """Return the step that the close comes to rest on: the tonic at the end, else the nearest stable tone."""
    last = scale.step(singer.last) if singer.last is not None else round(_middle(singer, phrase, index))
    low, high = _window(singer, phrase.start + index, scale)
    stable = {chord.root} if phrase.close == "final" else set(chord.tones[: 2 if phrase.close == "full" else 3])
    options = [step for step in range(low, high + 1) if step % 7 in stable]
    middle = _middle(singer, phrase, index)
    rooted = phrase.close == "full"
    return min(options, key=lambda s: abs(s - last) + 0.25 * abs(s - middle) + 1.2 * (rooted and s % 7 != chord.root))


def _breathed(singer: _Singer, bar: int, notes: list[Note]) -> list[Note]:
    """End a phrase with a rest of a beat, which an outgoing mind fills with a lead-in to the next."""
    setting = singer.setting
    start, length = setting.meter.beats[-1]
    beat = bar * setting.meter.ticks + start * STEP
    held = notes[-1]
    if beat - held.onset < 2 * STEP:
        return notes
    shorter = held._replace(duration=beat - held.onset)
    if length < 4 or setting.dice("lead-in", bar).random() >= setting.character.lead_ins - 0.2:
        return [*notes[:-1], shorter]
    chord = singer.harmony.at(bar, start)
    step = chord.scale.step(held.pitch)
    way = 1 if setting.character.direction >= 0 else -1
    eighth, end = 2 * STEP, (bar + 1) * setting.meter.ticks
    pitches = [singer.instrument.fit(chord.scale.pitch(step + way * i)) for i in (1, 2)]
    lead = [Note(end - 2 * eighth, eighth, pitches[0]), Note(end - eighth, eighth, pitches[1])]
    singer.last = lead[-1].pitch
    return [*notes[:-1], shorter, *lead]


def _written(singer: _Singer, bar: int, motif: Motif, steps: list[int]) -> list[Note]:
    origin = bar * singer.setting.meter.ticks
    notes = []
    for (start, length), step in zip(motif.rhythm, steps, strict=True):
        pitch = singer.harmony.at(bar, start).scale.pitch(step)
        notes.append(Note(origin + start * STEP, length * STEP, singer.instrument.fit(pitch)))
    singer.last = notes[-1].pitch
    return notes
