"""Bass: the lowest tones of the harmony, in small steps, walking where there is motion, still over a pedal."""

from __future__ import annotations

from collections.abc import Iterator

from psychoscore_rules.harmony import Harmony
from psychoscore_rules.meter import STEP
from psychoscore_rules.notes import Note
from psychoscore_rules.orchestration import Instrument
from psychoscore_rules.scales import Chord
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import texture_of

BELOW = 20  # semitones of the bass below the texture's middle


def compose_bass(setting: Setting, harmony: Harmony, instrument: Instrument) -> list[Note]:
    """Return the bass layer."""
    notes: list[Note] = []
    before = _centre(setting, 0, instrument)
    for bar in range(setting.bars):
        count = texture_of(setting, bar).bass // (2 if setting.character.octaves else 1)
        if not count and bar < setting.bars - 1:
            continue
        last = bar == setting.bars - 1
        for start, end, pitch in _line(setting, harmony, bar, 1 if last else count, before, instrument):
            notes += _struck(
                setting,
                instrument,
                Note(bar * setting.meter.ticks + start * STEP, (end - start) * STEP, pitch, held=last),
            )
            before = pitch
    return notes


def _centre(setting: Setting, bar: int, instrument: Instrument) -> int:
    return round(min(instrument.high - 6, max(instrument.low + 6, setting.register(bar) - BELOW)))


def _line(
    setting: Setting, harmony: Harmony, bar: int, count: int, before: int, instrument: Instrument
) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, pitch) for one bar, in steps."""
    spans = harmony.spans(bar, setting.meter.steps)
    closing = any(phrase.start + phrase.length - 1 == bar for phrase in setting.phrases)
    for index, (start, end, chord) in enumerate(spans):
        pedal = setting.character.pedal and not closing
        degree = 0 if pedal else chord.bass
        scale = setting.scale(setting.section(bar)) if pedal else chord.scale
        low = _near(scale.pitch(degree) % 12, before, _centre(setting, bar, instrument), instrument)
        beats = [beat for beat, _ in setting.meter.beats if start <= beat < end] or [start]
        here = beats if count >= len(setting.meter.beats) else beats[:1] if count <= len(spans) else _pair(beats)
        after = spans[index + 1][2] if index + 1 < len(spans) else harmony.at(min(bar + 1, setting.bars - 1), 0)
        pitches = [low] * len(here) if pedal else _walk(setting, chord, after, low, len(here), bar, instrument)
        yield from zip([start, *here[1:]], [*here[1:], end], pitches, strict=True)
        before = low


def _pair(beats: list[int]) -> list[int]:
    middle = len(beats) // 2
    return [beats[0], beats[middle]] if middle else beats


def _near(pitch_class: int, before: int, centre: int, instrument: Instrument) -> int:
    """Return the pitch of a class that is near the note before and not far from the centre."""
    octaves = range(pitch_class, 128, 12)
    inside = [pitch for pitch in octaves if instrument.low <= pitch <= min(instrument.high, centre + 11)]
    return min(inside, key=lambda pitch: abs(pitch - before) + 0.8 * abs(pitch - centre))


def _walk(
    setting: Setting, chord: Chord, after: Chord, low: int, count: int, bar: int, instrument: Instrument
) -> list[int]:
    """Return the bass of one chord: its root, chord tones between, and a step into the next chord's bass."""
    if count == 1:
        return [low]
    step = chord.scale.step(low)
    goal = _near(after.scale.pitch(after.bass) % 12, low, _centre(setting, bar, instrument), instrument)
    target = chord.scale.step(goal)
    rising = target >= step
    tones = [s for s in (range(step + 1, step + 8) if rising else range(step - 1, step - 8, -1)) if chord.has(s)]
    there_and_back = [step, *tones, *reversed(tones[:-1])]
    walk = [there_and_back[index % len(there_and_back)] for index in range(count - 1)]
    leading = target - 1 if rising else target + 1
    final = leading if 2 <= abs(target - step) <= 5 else tones[0]
    pitches = [chord.scale.pitch(s) for s in [*walk, final]]
    if _bites(setting, bar):
        pitches[-1] = low + 6  # a tritone above the chord's bass
    return [low, *(instrument.fit(pitch) for pitch in pitches[1:])][:count]


def _bites(setting: Setting, bar: int) -> bool:
    clusters = setting.character.clusters
    return setting.dice("tritone", bar).random() < 0.6 * clusters * (0.4 + setting.bar(bar).tension)


def _struck(setting: Setting, instrument: Instrument, note: Note) -> list[Note]:
    if not setting.character.octaves:
        return [note]
    other = note.pitch - 12 if note.pitch - 12 >= instrument.low else note.pitch + 12
    return [note, note._replace(pitch=other)]
