"""Accompaniment: each section has its figure, set dense or sparse as each bar asks, over voice-led chords."""

from __future__ import annotations

from functools import lru_cache

from attrs import define, field

from psychoscore_rules.dice import draw
from psychoscore_rules.figures import SETTINGS, Stroke, strokes
from psychoscore_rules.harmony import Harmony
from psychoscore_rules.meter import STEP, Meter
from psychoscore_rules.notes import Note
from psychoscore_rules.orchestration import CELESTA, HARP, PIANO, Instrument
from psychoscore_rules.scales import Chord
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import texture_of
from psychoscore_rules.voicing import voice

FLOOR = 43  # G below middle C's octave: closer chords turn to mud
BELOW = 5  # semitones of the accompaniment below the texture's middle
LIVELIER = {"pad": "arpeggio", "block": "pulse", "offbeat": "pulse", "ostinato": "pulse"}
BROKEN = ("alberti", "arpeggio", "wave")
RINGING = (PIANO, CELESTA, HARP)
LET_RING = 0.7  # articulation of a bar from which they do
SHARP_SHARE = 0.9  # how much of psychopathy becomes clusters at full tension


@define
class _Hands:
    """What the accompanying hands remember: the last voicing and the last way of playing."""

    setting: Setting
    instrument: Instrument
    melody: dict[int, list[Note]]  # by bar
    bass: dict[int, list[Note]]
    voicing: list[int] = field(factory=list)
    playing: tuple[str, int, int] | None = None


def compose_accompaniment(
    setting: Setting, harmony: Harmony, instrument: Instrument, melody: list[Note], bass: list[Note]
) -> list[Note]:
    """Return the harmony layer, between bass and melody; with the crowd, it takes over the melody's rhythm."""
    hands = _Hands(setting, instrument, _by_bar(melody, setting.meter), _by_bar(bass, setting.meter))
    figures, notes = figures_of(setting), []
    starts = {phrase.start: phrase.length for phrase in setting.phrases}
    for bar in range(setting.bars):
        wanted = texture_of(setting, bar).harmony
        if bar == setting.bars - 1:
            notes += _last_chord(hands, harmony)
        elif wanted:
            if bar in starts or not hands.playing or _off(hands.playing, wanted, setting.meter):
                ahead = [texture_of(setting, later).harmony for later in range(bar, bar + starts.get(bar, 1))]
                hands.playing = _way(figures[setting.section(bar).letter], sum(ahead) / len(ahead), setting.meter)
            notes += _bar(hands, harmony, bar)
    return notes


def _by_bar(notes: list[Note], meter: Meter) -> dict[int, list[Note]]:
    bars: dict[int, list[Note]] = {}
    for note in notes:
        bars.setdefault(note.onset // meter.ticks, []).append(note)
    return bars


def figures_of(setting: Setting) -> dict[str, str]:
    """Return the figure of each section letter: drawn by taste, and each unlike those before it."""
    figures: dict[str, str] = {}
    letters = dict.fromkeys(section.letter for section in setting.sections)
    tastes = dict(setting.character.tastes)
    if len(setting.meter.beats) == 3:
        tastes["offbeat"] += 1.0  # a waltz
    for letter in letters:
        free = {figure: taste for figure, taste in tastes.items() if figure not in figures.values()} or tastes
        figures[letter] = draw(setting.dice("figure", letter), free, setting.temperatures[0])
        if setting.character.same_figure:
            return dict.fromkeys(letters, figures[letter])
    return figures


def _off(playing: tuple[str, int, int], wanted: int, meter: Meter) -> bool:
    """Say whether a bar asks for so much more or less that the figure must change within its phrase."""
    now = _count(*playing, meter)
    return abs(now - wanted) > max(3.0, 0.5 * wanted)


def _way(figure: str, wanted: float, meter: Meter) -> tuple[str, int, int]:
    """Return figure, stroke and voices that come closest to the wanted notes in a bar.

    Where the figure is too still for so much motion, or too busy for so much silence, a kindred one may take over.
    """

    def distance(way: tuple[str, int, int]) -> float:
        return abs(_count(*way, meter) - wanted)

    best = min(_ways(figure), key=distance)
    if 0.6 * wanted <= _count(*best, meter) <= 1.7 * wanted:
        return best
    return min([best, *_ways(LIVELIER.get(figure, "arpeggio")), *_ways("pad")], key=distance)


def _ways(figure: str) -> list[tuple[str, int, int]]:
    return [(figure, every, size) for every, size in SETTINGS[figure]]


@lru_cache(maxsize=4096)
def _count(figure: str, every: int, size: int, meter: Meter) -> int:
    return sum(len(voices) for _, _, voices in strokes(figure, every, size, meter, 0, meter.steps))


def _bar(hands: _Hands, harmony: Harmony, bar: int) -> list[Note]:
    setting = hands.setting
    rhythm = _rhythm_of(hands.melody.get(bar, []), bar, setting.meter) if setting.character.homorhythm else None
    figure, every, size = hands.playing or ("pad", 16, 2)
    origin, notes = bar * setting.meter.ticks, []
    for start, end, chord in harmony.spans(bar, setting.meter.steps):
        pitches = _voiced(hands, chord, bar, size)
        pattern = strokes(figure, every, size, setting.meter, start, end)
        if rhythm:
            pattern = _crowd(rhythm, start, end, size) or pattern
        pitches = _sharpened(hands, pitches, bar, start)
        ringing = _rings(hands, figure, bar)
        for at, length, voices in pattern:
            sounding = _until_strong(setting.meter, at, end) if ringing else length
            held = ringing or figure == "pad"
            notes += [Note(origin + at * STEP, sounding * STEP, pitches[v], held=held) for v in voices]
    return notes


def _rings(hands: _Hands, figure: str, bar: int) -> bool:
    """Say whether broken chords ring on, as with a pedal: on plucked and struck strings, in a legato hand."""
    return figure in BROKEN and hands.instrument in RINGING and hands.setting.bar(bar).articulation >= LET_RING


def _until_strong(meter: Meter, at: int, end: int) -> int:
    return min([end, *(strong for strong in meter.strong if strong > at)]) - at


def _voiced(hands: _Hands, chord: Chord, bar: int, size: int) -> list[int]:
    low, high = hands.instrument.low, hands.instrument.high
    floor = max([low, FLOOR, *(note.pitch + 1 for note in hands.bass.get(bar, []))])
    sung = min([high + 1, *(note.pitch for note in hands.melody.get(bar, []))])
    ceiling = max(sung - 1, floor + 12)
    centre = min(ceiling - 5.0, max(floor + 7.0, hands.setting.register(bar) - BELOW))
    hands.voicing = voice(chord, size, centre, hands.voicing, floor, min(high, ceiling))
    return hands.voicing


def _sharpened(hands: _Hands, pitches: list[int], bar: int, start: int) -> list[int]:
    """Grind a voice against a neighbour a semitone away, as psychopathy and tension would."""
    setting = hands.setting
    rng = setting.dice("cluster", bar, start)
    chance = SHARP_SHARE * setting.character.clusters * (0.5 + 0.5 * setting.bar(bar).tension)
    if len(pitches) < 2 or rng.random() >= chance:
        return pitches
    index = rng.randrange(1, len(pitches))
    return [*pitches[: index - 1], pitches[index] - 1, *pitches[index:]]


def _crowd(rhythm: list[tuple[int, int]], start: int, end: int, size: int) -> tuple[Stroke, ...]:
    everyone = tuple(range(size))
    return tuple((at, min(length, end - at), everyone) for at, length in rhythm if start <= at < end)


def _rhythm_of(melody: list[Note], bar: int, meter: Meter) -> list[tuple[int, int]]:
    begin = bar * meter.ticks
    return [((note.onset - begin) // STEP, max(1, note.duration // STEP)) for note in melody]


def _last_chord(hands: _Hands, harmony: Harmony) -> list[Note]:
    """End on the last chord, rolled upwards where the figures were broken ones, and let it ring."""
    setting, bar = hands.setting, hands.setting.bars - 1
    pitches = _voiced(hands, harmony.at(bar, 0), bar, 3)
    origin, end = bar * setting.meter.ticks, setting.bars * setting.meter.ticks
    rolled = hands.playing is not None and hands.playing[0] in BROKEN
    delay = STEP if rolled and setting.meter.steps >= 8 else 0
    return [Note(origin + i * delay, end - origin - i * delay, p, held=True) for i, p in enumerate(pitches)]
