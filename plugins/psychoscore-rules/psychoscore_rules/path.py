"""The path of a phrase: degrees and colours that walk by the mode's rules, close properly and follow the tension.

Each bar costs what its best colour costs; the cheapest walk from the opening to a close is found degree by degree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import log
from typing import Any

from attrs import define, field

from psychoscore_rules.chord_names import COLOURS, Named
from psychoscore_rules.form import Phrase
from psychoscore_rules.progressions import CLOSES, CONTRASTS, WALKS
from psychoscore_rules.scales import Scale, diatonic
from psychoscore_rules.setting import Setting
from psychoscore_rules.wants import Wants, foreign_offers, leads, offers

Close = tuple[int, int, int]  # degrees from 1: approach, penultimate, goal
Walk = tuple[float, list[int]]  # cost, degrees from 1, one a bar
FAR = 6.0  # cost of a step that the mode's walks do not know
EVADING = {"deceptive": 2.0, "half": 1.5}  # cost of another close than the one that was meant
SUSPENSE = 0.6  # share of the tension's room from which even a piece's last bar need not rest
AWAY = 0.05  # weight of an opening away from the tonic where home was meant
AGAIN, THE_SAME = 3.0, 4.0  # what a bar that takes up another saves by the same root, and by the same chord
TRICKY = 0.3  # chromaticism from which foreign chords cost no more than their tension does
DIMINISHED = {"dim": 1.2, "m7b5": 0.8, "dim7": 1.2}  # cost of chords that songs have seldom
LIKING = 1.5  # what a bright mind saves by a major third in a chord, or a dark one by a minor third
LEADING = -1.5  # cost of a minor key's dominant with the leading tone, where foreign notes are welcome
HAZE = 0.7  # how far chance may move a degree's cost


@define
class Harmonist:
    """What one needs to choose chords, and the chords chosen so far by bar."""

    setting: Setting
    wants: Wants
    chosen: dict[int, list[Named]] = field(factory=dict)
    offered: dict[tuple[int, int, str], list[tuple[float, Named]]] = field(factory=dict)

    def scale(self, phrase: Phrase) -> Scale:
        return self.setting.scale(phrase.section)

    def taste(self, phrase: Phrase, degree: int) -> float:
        """Return how much a bright or dark mind likes a degree's triad (from 1)."""
        quality = diatonic(self.scale(phrase), degree - 1).quality
        lean = {"major": 1.0, "minor": -1.0, "diminished": -1.0}.get(quality, 0.0) * self.setting.character.brightness
        return float(6**lean)

    def coloured(self, phrase: Phrase, index: int, degree: int, resting: str = "") -> list[tuple[float, Named]]:
        """Return what a degree (from 1) offers a bar with its cost, tension apart; resting: "final", "goal" or ""."""
        bar = phrase.start + index
        return [
            (cost - self.familiar(bar, named), named) for cost, named in self.offers(phrase, index, degree, resting)
        ]

    def offers(self, phrase: Phrase, index: int, degree: int, resting: str = "") -> list[tuple[float, Named]]:
        """Return what a degree offers as `coloured` does, without what a bar that takes up another saves."""
        place = (phrase.start + index, degree, resting)
        if place not in self.offered:
            self.offered[place] = self._offers(phrase, index, degree, resting)
        return self.offered[place]

    def _offers(self, phrase: Phrase, index: int, degree: int, resting: str) -> list[tuple[float, Named]]:
        bar, scale = phrase.start + index, self.scale(phrase)
        tense = self.wants.shares[bar] >= SUSPENSE
        found = [
            (self._colour_cost(named, resting), named)
            for named in offers(scale, degree - 1)
            if not (resting and named.quality == "sus4")
            and not (resting == "final" and COLOURS[named.quality] and not tense)
        ]
        licence = self.setting.bar(bar).chromaticism
        if licence > 0 and resting != "final" and not (resting and degree == 1):
            price = 0.8 + 2.5 * (1 - min(1.0, licence / TRICKY))
            found += [
                (LEADING if leads(named, scale) else price + 0.5 * named.foreign(scale), named)
                for named in foreign_offers(scale, degree - 1)
            ]
        haze = self.setting.dice("degree", *phrase.theme, index, degree).uniform(0, HAZE)
        return [(cost + haze + self.wants.width(named.sound(scale).diameter), named) for cost, named in found]

    def _colour_cost(self, named: Named, resting: str) -> float:
        dislike = 2.0 - 1.8 * self.setting.character.colour + (0.5 if resting else 0.0)
        liked = LIKING * named.third * self.setting.character.brightness
        return COLOURS[named.quality] * dislike + DIMINISHED.get(named.quality, 0.0) - liked

    def familiar(self, bar: int, named: Named) -> float:
        source = self.setting.bar(bar).repeats
        before = self.chosen.get(source) if source is not None else None
        if not before:
            return 0.0
        return max(AGAIN * (named.root == other.root) + THE_SAME * (named == other) for other in before)

    def best(self, phrase: Phrase, index: int, degree: int, resting: str = "") -> tuple[float, Named]:
        """Return the best colour of a degree in a bar and its cost, tension included."""
        bar, scale = phrase.start + index, self.scale(phrase)
        found = self.coloured(phrase, index, degree, resting)
        return min(((cost + self.wants.cost(bar, named.tension(scale)), named) for cost, named in found), key=_cost)

    def best_pair(self, phrase: Phrase, index: int, first: int, second: int) -> tuple[float, list[Named]]:
        """Return the best colours of two degrees that share a bar, whose mean tension counts."""
        bar, scale = phrase.start + index, self.scale(phrase)
        ones, twos = (
            [(cost / 2, named.tension(scale) / 2, named) for cost, named in self.coloured(phrase, index, degree)]
            for degree in (first, second)
        )
        options = [
            (a + b + self.wants.cost(bar, here + there), [one, two])
            for (a, here, one), (b, there, two) in product(ones, twos)
        ]
        return min(options, key=_cost)


def _cost(option: tuple[float, object]) -> float:
    return option[0]


def phrase_path(harmonist: Harmonist, phrase: Phrase) -> list[list[Named]]:
    """Return the chords of each bar of a phrase, one or two, the cheapest whole."""
    if phrase.length == 1:
        goal = next(iter(_closes(harmonist, phrase)))[0]
        alone = goal[2] if phrase.close == "final" or phrase.start == 0 else goal[1]
        return [[harmonist.best(phrase, 0, alone, "final" if phrase.close == "final" else "")[1]]]
    walks = _walks(harmonist, phrase)
    return min((_closed(harmonist, phrase, walks, *close) for close in _closes(harmonist, phrase)), key=_cost)[1]


def _closed(
    harmonist: Harmonist, phrase: Phrase, walks: Mapping[int, Walk], close: Close, price: float
) -> tuple[float, list[list[Named]]]:
    """Return the cheapest phrase that ends with a close: the walk to it, the bar before the goal, and the goal."""
    approach, penultimate, goal = close
    last = phrase.length - 1
    cost, body = _joined(harmonist, phrase, walks, approach) if walks else (0.0, [])
    chords = [[harmonist.best(phrase, index, degree)[1]] for index, degree in enumerate(body)]
    first = approach if body else 1
    if harmonist.setting.meter.halfway:
        paired, two = harmonist.best_pair(phrase, last - 1, first, penultimate)
    else:
        paired, one = harmonist.best(phrase, last - 1, first if body else penultimate)
        two = [one]
    ends = phrase.close == "final" and goal == 1
    resting, end = harmonist.best(phrase, last, goal, "final" if ends else "goal")
    return price + cost + paired + resting, [*chords, two, [end]]


def _joined(harmonist: Harmonist, phrase: Phrase, walks: Mapping[int, Walk], approach: int) -> Walk:
    def whole(walk: Walk) -> float:
        leading = WALKS[phrase.section.mode_in(harmonist.setting.plan)][walk[1][-1]]
        return walk[0] + (_price(leading, approach) if approach in leading else FAR)

    cheapest = min(walks.values(), key=whole)
    return whole(cheapest), cheapest[1]


def _walks(harmonist: Harmonist, phrase: Phrase) -> dict[int, Walk]:
    """Return the cheapest walk over the bars before the close to each degree it may end on."""
    setting, mode = harmonist.setting, phrase.section.mode_in(harmonist.setting.plan)
    count = phrase.length - 2
    letter, number = phrase.theme
    opens_at_home = (letter == setting.sections[0].letter and number == 0) or phrase.length < 3
    contrasts = _tasted(harmonist, phrase, CONTRASTS[mode])
    starts = dict.fromkeys(contrasts, AWAY) | {1: 1.0} if opens_at_home else contrasts
    costs = [{d: harmonist.best(phrase, index, d)[0] for d in range(1, 8)} for index in range(count)]
    if not count:
        return {}
    walks: dict[int, Walk] = {d: (costs[0][d] + _price(starts, d), [d]) for d in starts}
    for index in range(1, count):
        stays = setting.dice("stay", *phrase.theme, index).random() < setting.character.stasis
        walks = _step(
            walks, costs[index], {} if stays else {d: _tasted(harmonist, phrase, WALKS[mode][d]) for d in walks}
        )
    return walks


def _step(
    walks: Mapping[int, Walk], costs: Mapping[int, float], ways: Mapping[int, Mapping[int, float]]
) -> dict[int, Walk]:
    """Return the cheapest walks one bar on; a degree without ways stays."""
    further: dict[int, Walk] = {}
    for degree, (cost, walk) in walks.items():
        for goal in ways.get(degree) or {degree: 1.0}:
            price = cost + costs[goal] + (_price(ways[degree], goal) if degree in ways else 0.0)
            if goal not in further or price < further[goal][0]:
                further[goal] = (price, [*walk, goal])
    return further


def _closes(harmonist: Harmonist, phrase: Phrase) -> Iterable[tuple[Close, float]]:
    """Yield the closes that a phrase may make, with their prices."""
    character, table = harmonist.setting.character, CLOSES[phrase.section.mode_in(harmonist.setting.plan)]
    kind = "full" if phrase.close in ("final", "open") else phrase.close
    may_evade = phrase.close == "full" and not character.resolution
    evades = may_evade and harmonist.setting.dice("evaded", phrase.start).random() < character.deception
    kinds = {"deceptive": 0.0} if evades else {**(EVADING if may_evade else {}), kind: 0.0}
    if phrase.close == "final" and harmonist.wants.shares[-1] >= SUSPENSE and not character.resolution:
        kinds["half"] = EVADING["half"]
    for name, price in kinds.items():
        weights = {c: w * harmonist.taste(phrase, c[0]) * harmonist.taste(phrase, c[1]) for c, w in table[name].items()}
        for close in weights:
            haze = harmonist.setting.dice("close", *phrase.theme, close).uniform(0, HAZE)
            yield close, price + _price(weights, close) + haze


def _tasted(harmonist: Harmonist, phrase: Phrase, weights: Mapping[int, float]) -> dict[int, float]:
    return {degree: weight * harmonist.taste(phrase, degree) for degree, weight in weights.items()}


def _price(weights: Mapping[Any, float], choice: Any) -> float:
    """Return the negative logarithm of a choice's share."""
    return -log(weights[choice] / sum(weights.values()))
