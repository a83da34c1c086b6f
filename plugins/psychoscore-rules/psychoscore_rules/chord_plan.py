"""The chord plan: what a plan leaves open of keys and chords is filled in, so that the harmony follows its tension."""

from __future__ import annotations

from functools import partial
from math import log

from attrs import evolve

from psychoscore_core.profile import Profile
from psychoscore_core.records import KEYS, BarPlan, Plan
from psychoscore_rules.chord_names import Named, symbol_of
from psychoscore_rules.form import Phrase
from psychoscore_rules.harmony import starts_of
from psychoscore_rules.path import Harmonist, phrase_path
from psychoscore_rules.progressions import APPROACHES, WALKS
from psychoscore_rules.revision import degree_of, revise
from psychoscore_rules.scales import Chord
from psychoscore_rules.setting import Setting, setting_of
from psychoscore_rules.wants import wants_of


def completed(profile: Profile, plan: Plan, seed: int) -> Plan:
    """Return the plan with a chord symbol in every bar, and the keys that restless sections wander into.

    What is given stays. The same arguments give the same plan, and a whole plan is given back as it is.
    """
    if all(bar.chord for bar in plan.bars):
        return plan
    setting = setting_of(profile, plan, seed)
    harmonist = Harmonist(setting, wants_of(setting))
    for phrase in setting.phrases:
        for index, chords in enumerate(phrase_path(harmonist, phrase)):
            harmonist.chosen[phrase.start + index] = chords
        for index in range(phrase.length - 1):
            _move(harmonist, phrase, index)
    kept = _prepare_new_keys(harmonist) | {index for index, bar in enumerate(plan.bars) if bar.chord}
    revise(harmonist, kept)
    symbols = _symbols(harmonist)
    bars = [evolve(bar, chord=bar.chord or symbol) for bar, symbol in zip(_keyed(setting), symbols, strict=True)]
    return evolve(plan, bars=tuple(bars))


def _move(harmonist: Harmonist, phrase: Phrase, index: int) -> None:
    """Give a bar of one chord a second one on the way to the next: a chromatic approach, or one of the mode's own."""
    setting, bar = harmonist.setting, phrase.start + index
    chords, after = harmonist.chosen[bar], harmonist.chosen[bar + 1][0]
    if len(chords) > 1 or not setting.meter.halfway:
        return
    rng, plan, character = setting.dice("motion", *phrase.theme, index), setting.bar(bar), setting.character
    bold = min(0.9, 3 * plan.chromaticism) * (0.3 + 0.9 * plan.tension)
    scale = harmonist.scale(phrase)
    if rng.random() < bold and "dim" not in after.quality and "b5" not in after.quality:
        options = _approaches(after, character.clusters)
    elif rng.random() < 0.15 + 0.55 * character.motion - character.stasis:
        options = _between(harmonist, phrase, index, chords[0], after)
    else:
        return

    def cost(option: tuple[float, Named]) -> float:
        mean = (chords[0].tension(scale) + option[1].tension(scale)) / 2
        return option[0] + harmonist.wants.cost(bar, mean) + rng.uniform(0, 0.5)

    if options:
        harmonist.chosen[bar] = [chords[0], min(options, key=cost)[1]]


def _approaches(goal: Named, clusters: float) -> list[tuple[float, Named]]:
    """Return chromatic stand-ins on the way to a chord, with their prices."""
    weights = dict.fromkeys(APPROACHES, 1.0) | {"secondary dominant": 3.0, "tritone substitute": 0.3 + 4 * clusters}
    return [(-log(weights[name] / 3), Named((goal.root + up) % 12, q)) for name, (up, q) in APPROACHES.items()]


def _between(harmonist: Harmonist, phrase: Phrase, index: int, here: Named, goal: Named) -> list[tuple[float, Named]]:
    """Return the chords of the mode that lead from one chord to another, with their prices."""
    scale, walks = harmonist.scale(phrase), WALKS[phrase.section.mode_in(harmonist.setting.plan)]
    roots = [degree_of(scale, named.root) for named in (here, goal)]
    ways = {d: w for d, w in walks[roots[0]].items() if roots[1] in walks[d] and d != roots[1]}
    return [
        (cost - log(weight * harmonist.taste(phrase, degree) / 6), named)
        for degree, weight in ways.items()
        for cost, named in harmonist.coloured(phrase, index, degree)
    ]


def _prepare_new_keys(harmonist: Harmonist) -> set[int]:
    """Put the new key's dominant seventh at the end of the bar before it, where foreign notes are welcome.

    Returns the bars where it stands.
    """
    prepared = set()
    setting = harmonist.setting
    for before, after in zip(setting.sections, setting.sections[1:], strict=False):
        if before.shift == after.shift or before.length < 2 or not setting.meter.halfway:
            continue
        last = after.start - 1
        dominant = Named((setting.scale(after).tonic + 7) % 12, "7")
        if setting.bar(last).chromaticism > 0 or not dominant.foreign(setting.scale(before)):
            harmonist.chosen[last] = [harmonist.chosen[last][0], dominant]
            prepared.add(last)
    return prepared


def _symbols(harmonist: Harmonist) -> list[str]:
    """Return each bar's symbols; root position or first inversion, so that the bass moves by small steps."""
    setting = harmonist.setting
    edges = {p.start for p in setting.phrases} | {p.start + p.length - 1 for p in setting.phrases}
    before: int | None = None
    symbols = []
    for bar, chords in sorted(harmonist.chosen.items()):
        scale, texts = setting.scale(setting.section(bar)), []
        for start, named in zip(starts_of(setting.meter, len(chords)), chords, strict=False):
            chord = named.chord(scale)
            if before is not None and not (bar in edges and start == 0) and len(chord.tones) > 2:
                chord = min(_inversions(chord), key=partial(_bass_cost, before))
            before = chord.scale.pitch(chord.bass) % 12
            texts.append(symbol_of(named, before, scale))
        symbols.append(" ".join(texts))
    return symbols


def _inversions(chord: Chord) -> list[Chord]:
    """Return a chord on its root, and on its third if it has one."""
    return [evolve(chord, bass=degree) for degree in chord.tones[:2] if (degree - chord.root) % 7 in (0, 2)]


def _bass_cost(before: int, chord: Chord) -> float:
    distance = abs((chord.scale.pitch(chord.bass) - before + 6) % 12 - 6)
    return (2.0 if distance == 0 else distance) + (2.5 if chord.bass != chord.root else 0.0)


def _keyed(setting: Setting) -> list[BarPlan]:
    """Return the plan's bars with the keys of sections that have wandered, and of those that are at home again."""
    bars = list(setting.plan.bars)
    if any(bar.key for bar in bars):
        return bars
    shift = 0
    for section in setting.sections:
        if section.shift != shift:
            shift = section.shift
            key = KEYS[(setting.home.tonic + shift) % 12]
            bars[section.start] = evolve(bars[section.start], key=key)
    return bars
