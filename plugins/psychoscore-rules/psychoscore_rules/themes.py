"""Themes: the motifs of each section and the order in which a phrase states, answers and develops them."""

from __future__ import annotations

from attrs import frozen

from psychoscore_rules.dice import draw
from psychoscore_rules.form import Phrase
from psychoscore_rules.motif import Motif, fragment, invent, invert
from psychoscore_rules.rhythm import invent_rhythm
from psychoscore_rules.setting import Setting
from psychoscore_rules.texture import texture_of

# Bars of a phrase before its close: i idea, u idea a step up or down, a answer, f fragments, x idea inverted.
STRUCTURES = {
    "period": "iai",
    "sentence": "iuf",
    "sequence": "iuu",
    "question": "ixa",
    "echo": "iia",
}


@frozen
class Material:
    """The motifs of one section letter."""

    idea: Motif
    answer: Motif


def material_of(setting: Setting, letter: str) -> Material:
    """Invent a letter's motifs; later letters begin with the outline of the first one's answer, in their own rhythm."""
    first = setting.sections[0].letter
    if setting.character.availability:
        letter = first
    own = _invent(setting, letter)
    if letter == first:
        return own
    parent = _invent(setting, first)
    contour = parent.answer.contour
    if len(contour) < len(own.idea.contour):
        return own
    return Material(Motif(own.idea.rhythm, contour[: len(own.idea.contour)]), own.answer)


def _invent(setting: Setting, letter: str) -> Material:
    character, meter = setting.character, setting.meter
    counts = [texture_of(setting, bar).melody for bar in range(setting.bars) if setting.bar(bar).section == letter]
    count = max(1, round(sum(counts) / len(counts)))
    temperature = setting.temperatures[0]
    motifs = []
    for name, notes in (("idea", count), ("answer", count - 1 if count > 3 else count)):
        rng = setting.dice("motif", letter, name)
        rhythm = invent_rhythm(rng, meter, notes, character.irregularity, temperature)
        motifs.append(invent(rng, rhythm, character.leaps, character.direction, temperature, meter.halfway))
    return Material(*motifs)


def structure_of(setting: Setting, phrase: Phrase) -> str:
    """Return one letter per bar of a phrase, "c" for its close."""
    rng = setting.dice("structure", *phrase.theme)
    name = draw(rng, {"period": 3, "sentence": 4, "sequence": 2, "question": 2, "echo": 1}, setting.temperatures[0])
    body = STRUCTURES[name]
    if setting.character.recency:
        body = "iii"
    elif phrase.theme[1] == 1:
        body = "a" + body[1:]
    bars = (body * (phrase.length // len(body) + 1))[: phrase.length - 1]
    return bars + "c"


def motif_for(role: str, material: Material, setting: Setting, direction: int) -> Motif:
    """Return the motif that a structure's letter calls for."""
    if role == "f":
        return fragment(material.idea, setting.meter, direction)
    return {"a": material.answer, "x": invert(material.idea)}.get(role, material.idea)
