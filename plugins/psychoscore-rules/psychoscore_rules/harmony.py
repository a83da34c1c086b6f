"""Harmony: each phrase walks through its mode's chords to a close; tension colours and bends them."""

from __future__ import annotations

import random
from functools import partial

from attrs import evolve, frozen

from psychoscore_core.chord_symbols import read_chords
from psychoscore_rules.dice import draw
from psychoscore_rules.form import Phrase
from psychoscore_rules.progressions import APPROACHES, CLOSES, CONTRASTS, WALKS
from psychoscore_rules.scales import Chord, Scale, diatonic, spelled
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
    """Return the harmony of a piece: progressions by phrase, ways into new keys, the plan's own chords, a bass."""
    bars: list[list[tuple[int, Chord]]] = []
    for phrase in setting.phrases:
        bars += _phrase(setting, phrase)
    _prepare_new_keys(setting, bars)
    for index, plan in enumerate(setting.plan.bars):
        if plan.chord:
            scale = setting.scale(setting.section(index))
            given = read_chords(plan.chord, f"plan: bar {index + 1}")[:2]  # half a bar is the shortest chord here
            bars[index] = [
                (start, spelled(scale, *chord))
                for start, chord in zip((0, setting.meter.halfway), given, strict=False)
                if start or chord is given[0]
            ]
    return Harmony(tuple(tuple(bar) for bar in _smooth_bass(setting, bars)))


def _phrase(setting: Setting, phrase: Phrase) -> list[list[tuple[int, Chord]]]:
    scale = setting.scale(phrase.section)
    bars = []
    for index, roots in enumerate(_degrees(setting, phrase)):
        chords = [_coloured(setting, phrase, index, scale, root - 1) for root in roots]
        bars.append(list(zip((0, setting.meter.halfway), chords, strict=False)))
    for index in range(phrase.length - 1):
        _move(setting, phrase, index, bars)
    return bars


def _degrees(setting: Setting, phrase: Phrase) -> list[list[int]]:
    """Return the roots of each bar (from 1): a walk to the close, whose first two chords share a bar."""
    approach, penultimate, goal = _close(setting, phrase)
    if phrase.length == 1:
        return [[goal if phrase.close == "final" or phrase.start == 0 else penultimate]]
    body = _walk(setting, phrase, approach)
    first = approach if body else 1
    middle = [first, penultimate] if setting.meter.halfway else [first if body else penultimate]
    return [*([root] for root in body), middle, [goal]]


def _close(setting: Setting, phrase: Phrase) -> tuple[int, int, int]:
    table = CLOSES[setting.plan.mode]
    rng = setting.dice("close", *phrase.theme, phrase.close)
    kind = "full" if phrase.close in ("final", "open") else phrase.close
    evaded = setting.dice("evaded", phrase.start).random() < setting.character.deception
    if kind == "full" and phrase.close != "final" and evaded:
        kind = "deceptive"
    tasted = {close: w * _taste(setting, close[0]) * _taste(setting, close[1]) for close, w in table[kind].items()}
    return draw(rng, tasted, setting.temperatures[phrase.start])


def _walk(setting: Setting, phrase: Phrase, approach: int) -> list[int]:
    """Return one root per bar before the close; the same theme walks the same way."""
    mode, rng = setting.plan.mode, setting.dice("walk", *phrase.theme)
    temperature = setting.temperatures[phrase.start]
    letter, number = phrase.theme
    contrasts = {root: weight * _taste(setting, root) for root, weight in CONTRASTS[mode].items()}
    opens_at_home = (letter == setting.sections[0].letter and number == 0) or phrase.length < 3
    root = 1 if opens_at_home else draw(rng, contrasts, temperature)
    roots: list[int] = []
    for index in range(phrase.length - 2):
        if index and rng.random() >= setting.character.stasis:
            options = {r: w * _taste(setting, r) for r, w in WALKS[mode][root].items()}
            last = index == phrase.length - 3
            leading = {r: w for r, w in options.items() if approach in WALKS[mode][r] and r != approach}
            root = draw(rng, leading if last and leading else options, temperature)
        roots.append(root)
    return roots


def _taste(setting: Setting, root: int) -> float:
    """Return how much a bright or dark mind likes a degree's triad."""
    quality = diatonic(setting.home, root - 1).quality
    lean = {"major": 1.0, "minor": -1.0, "diminished": -1.0}.get(quality, 0.0) * setting.character.brightness
    return float(6**lean)


def _coloured(setting: Setting, phrase: Phrase, index: int, scale: Scale, root: int) -> Chord:
    """Return a degree's chord, with a seventh or ninth where tension or openness wants one."""
    rng = setting.dice("colour", *phrase.theme, index, root)
    tension = setting.bar(phrase.start + index).tension
    want = 0.75 * tension + 0.5 * (setting.character.colour - 0.5)
    size = 3 + (rng.random() < want) + (rng.random() < want - 0.35)
    stable = root == 0 and index in (0, phrase.length - 1)
    chord = diatonic(scale, root, 3 if stable else size)
    if root == 0 and chord.quality == "diminished":  # Locrian's tonic rests only without its fifth
        chord = evolve(chord, tones=chord.tones[:2])
    return chord


def _move(setting: Setting, phrase: Phrase, index: int, bars: list[list[tuple[int, Chord]]]) -> None:
    """Give a bar a second chord on the way to the next: a chromatic approach, or one of the mode's own."""
    rng = setting.dice("motion", *phrase.theme, index)
    tension = setting.bar(phrase.start + index).tension
    here, goal = bars[index][-1][1], bars[index + 1][0][1]
    halfway = setting.meter.halfway
    if not halfway:
        return
    licence = setting.character.licence
    if goal.quality != "diminished" and rng.random() < min(0.9, 1.6 * licence) * (0.3 + 0.9 * tension):
        bars[index] = [bars[index][0], (halfway, _approach(rng, goal, setting.character.clusters))]
    elif len(bars[index]) == 1 and rng.random() < 0.15 + 0.55 * setting.character.motion - setting.character.stasis:
        between = _between(setting, rng, here.root + 1, goal.root + 1)
        if between:
            bars[index].append((halfway, diatonic(here.scale, between - 1)))


def _approach(rng: random.Random, goal: Chord, clusters: float) -> Chord:
    weights = dict.fromkeys(APPROACHES, 1.0)
    weights["secondary dominant"] = 3.0
    weights["tritone substitute"] = 0.3 + 4 * clusters
    above, tones = APPROACHES[draw(rng, weights)]
    root = goal.scale.pitch(goal.root) + above
    return spelled(goal.scale, tuple((root + tone) % 12 for tone in tones))


def _between(setting: Setting, rng: random.Random, here: int, goal: int) -> int | None:
    walks = WALKS[setting.plan.mode]
    options = {r: w * _taste(setting, r) for r, w in walks[here].items() if goal in walks[r] and r != goal}
    return draw(rng, options) if options else None


def _prepare_new_keys(setting: Setting, bars: list[list[tuple[int, Chord]]]) -> None:
    """Put the new key's dominant seventh at the end of the bar before it."""
    for before, after in zip(setting.sections, setting.sections[1:], strict=False):
        if before.shift == after.shift or before.length < 2 or not setting.meter.halfway:
            continue
        scale, last = setting.scale(after), after.start - 1
        dominant = tuple((scale.tonic + tone) % 12 for tone in (7, 11, 2, 5))
        bars[last] = [bars[last][0], (setting.meter.halfway, spelled(scale, dominant))]


def _smooth_bass(setting: Setting, bars: list[list[tuple[int, Chord]]]) -> list[list[tuple[int, Chord]]]:
    """Choose root position or first inversion so that the bass moves by small steps; closes stand on the root."""
    closing = {phrase.start + phrase.length - 1 for phrase in setting.phrases}
    opening = {phrase.start for phrase in setting.phrases}
    before: int | None = None
    smooth = []
    for index, bar in enumerate(bars):
        turned = []
        for start, chord in bar:
            fixed = index in closing or (index in opening and start == 0) or setting.bar(index).chord
            if before is not None and not fixed and len(chord.tones) > 2:
                chord = min(_inversions(chord), key=partial(_bass_cost, before))
            before = chord.scale.pitch(chord.bass) % 12
            turned.append((start, chord))
        smooth.append(turned)
    return smooth


def _inversions(chord: Chord) -> list[Chord]:
    return [evolve(chord, bass=degree) for degree in chord.tones[:2]]


def _bass_cost(before: int, chord: Chord) -> float:
    distance = abs((chord.scale.pitch(chord.bass) - before + 6) % 12 - 6)
    return (2.0 if distance == 0 else distance) + (2.5 if chord.bass != chord.root else 0.0)
