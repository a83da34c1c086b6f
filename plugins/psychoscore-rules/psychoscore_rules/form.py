"""Form: sections become phrases; phrases know how they close, which theme they state and in which key."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from attrs import frozen

from psychoscore_core.records import KEYS, BarPlan, Plan
from psychoscore_rules.character import Character
from psychoscore_rules.dice import dice, draw

THEMES = (0, 0, 1, 0)  # phrases of a section: statement, answer, contrast, return
PHRASE = 4  # bars
# Keys that lie near, by semitones from home, and from what share of wandering they come into reach.
NEAR_KEYS = {7: 0.0, 5: 0.0, 9: 0.3, 3: 0.3, 2: 0.5, 10: 0.5, 4: 0.7, 8: 0.7, 1: 0.85, 6: 0.95}


@frozen(kw_only=True)
class Section:
    """A run of bars with one name and one key.

    `visit` counts how often the name stood before; `shift` is the key in semitones above the plan's; mode: None = the
    plan's.
    """

    letter: str
    start: int
    length: int
    visit: int
    shift: int
    mode: str | None = None

    def mode_in(self, plan: Plan) -> str:
        return self.mode or plan.mode


@frozen(kw_only=True)
class Phrase:
    """A phrase: its bars, its theme (letter and number), how often that theme stood before, and its close.

    close: "half", "full", "final", or "open" where the phrase is a single bar.
    """

    section: Section
    start: int
    length: int
    theme: tuple[str, int]
    statement: int
    close: str


def sections_of(bars: Sequence[BarPlan], character: Character, seed: int, plan: Plan | None = None) -> list[Section]:
    """Return the sections of a plan, each with its key.

    Keys that the plan names hold. Where it names none, the first and the last section are at home, and so is one
    with a chord of the plan's; others may wander.
    """
    if plan is not None and any(bar.key or bar.mode for bar in bars):
        return _keyed(plan)
    runs = [(letter, len(list(run))) for letter, run in groupby(bar.section for bar in bars)]
    sections: list[Section] = []
    for index, (letter, length) in enumerate(runs):
        start = sum(bars for _, bars in runs[:index])
        free = 0 < index < len(runs) - 1 and not any(bar.chord for bar in bars[start : start + length])
        sections.append(
            Section(
                letter=letter,
                start=start,
                length=length,
                visit=sum(earlier == letter for earlier, _ in runs[:index]),
                shift=_shift(character, seed, index) if free else 0,
            )
        )
    return sections


def _keyed(plan: Plan) -> list[Section]:
    places = [(bar.section, *key) for bar, key in zip(plan.bars, plan.keys, strict=True)]
    sections: list[Section] = []
    start = 0
    for (letter, key, mode), run in groupby(places):
        length = len(list(run))
        visit = len({section.start for section in sections if section.letter == letter})
        shift = (KEYS.index(key) - KEYS.index(plan.key)) % 12
        sections.append(Section(letter=letter, start=start, length=length, visit=visit, shift=shift, mode=mode))
        start += length
    return sections


def _shift(character: Character, seed: int, index: int) -> int:
    """Draw the key of a section; the further a mind wanders, the more distant keys come into reach."""
    rng = dice(seed, "modulation", index)
    if rng.random() >= character.modulation:
        return 0
    return draw(rng, {shift: 1.1 - far for shift, far in NEAR_KEYS.items() if far <= character.modulation})


def phrases_of(sections: Sequence[Section], character: Character) -> list[Phrase]:
    """Return the phrases of all sections in order; the last one closes the piece."""
    phrases: list[Phrase] = []
    for section in sections:
        start = section.start
        lengths = _lengths(section.length)
        for index, length in enumerate(lengths):
            last = section is sections[-1] and index == len(lengths) - 1
            theme = (section.letter, THEMES[index % len(THEMES)])
            if last and character.framing:
                theme = (sections[0].letter, 0)
            phrases.append(
                Phrase(
                    section=section,
                    start=start,
                    length=length,
                    theme=theme,
                    statement=sum(phrase.theme == theme for phrase in phrases),
                    close=_close(last, length, index, len(lengths), character),
                )
            )
            start += length
    return phrases


def _lengths(bars: int) -> list[int]:
    """Cut a section into phrases of four bars, with a longer last one rather than a stump."""
    lengths = []
    while bars >= 2 * PHRASE or bars == 2 * PHRASE - 1:
        lengths.append(PHRASE)
        bars -= PHRASE
    return [*lengths, bars] if bars else lengths


def _close(last: bool, length: int, index: int, count: int, character: Character) -> str:
    if last:
        return "final"
    if length == 1:
        return "open"
    return "half" if index % 2 == 0 and index < count - 1 and not character.resolution else "full"
