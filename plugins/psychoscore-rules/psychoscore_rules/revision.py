"""Revision: bar by bar a piece's chords are taken up again, until its means are those that its profile asks for.

Phrases are chosen one after the other; only the whole piece has a mean dissonance, movement and strain. The opening
and the closes keep their roots; bars of one theme that were alike stay alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, pairwise

from attrs import define, field

from psychoscore_core.chord_symbols import read_chords
from psychoscore_rules.chord_names import Named
from psychoscore_rules.form import Phrase
from psychoscore_rules.path import AGAIN, THE_SAME, Harmonist
from psychoscore_rules.piece_sound import Half, Halves, PieceSound, half_of
from psychoscore_rules.scales import Scale

SWEEPS = 2
CHOICES = 2  # colours of each degree that a bar may choose from
CLOSING = 8  # colours of a closing chord
SECOND = 0.6  # price of a second chord in a bar

Place = tuple[Phrase, int]  # a phrase and the index of a bar in it


def degree_of(scale: Scale, root: int) -> int:
    """Return the degree (from 1) that a root stands on or nearest to."""
    return scale.step(scale.tonic + (root - scale.tonic) % 12) % 7 + 1


def revise(harmonist: Harmonist, kept: Collection[int]) -> None:
    """Choose every bar's chords anew, a few times over, but for the bars that are kept."""
    reviser = Reviser(harmonist)
    groups = _groups(harmonist, kept)
    for sweep in range(SWEEPS):
        harmonist.setting.dice("revision", sweep).shuffle(groups)
        changes = sum(reviser.improve(group) for group in groups)
        if not changes:
            return


def _groups(harmonist: Harmonist, kept: Collection[int]) -> list[list[Place]]:
    """Return the bars to be revised; those that are one place of one theme, and alike so far, in one group."""
    groups: dict[object, list[Place]] = {}
    for phrase in harmonist.setting.phrases:
        for index in range(phrase.length):
            bar = phrase.start + index
            plan, chords = harmonist.setting.bar(bar), tuple(harmonist.chosen[bar])
            facts = (phrase.theme, phrase.length, phrase.close, harmonist.scale(phrase), plan.chromaticism)
            if bar not in kept:
                groups.setdefault((index, bar == 0, chords, *facts), []).append((phrase, index))
    return list(chain.from_iterable(_apart(group) for group in groups.values()))


def _apart(group: list[Place]) -> Iterable[list[Place]]:
    """Return a group whole, or place by place where some of its bars are neighbours."""
    bars = [phrase.start + index for phrase, index in group]
    return [[place] for place in group] if any(b - a == 1 for a, b in pairwise(bars)) else [group]


@define
class Reviser:
    """Gives bars the chords that suit the piece best."""

    harmonist: Harmonist
    piece: PieceSound = field(init=False)
    menus: dict[tuple[int, int, str], list[Half]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        setting = self.harmonist.setting
        modes = [setting.section(bar).mode_in(setting.plan) for bar in range(setting.bars)]
        self.piece = PieceSound(self.harmonist.wants, modes, [self._halves(bar) for bar in range(setting.bars)])

    def improve(self, group: list[Place]) -> bool:
        """Give the bars of a group the best chords for them all, and return whether they are others than before."""
        piece, bars = self.piece, [phrase.start + index for phrase, index in group]
        before = piece.bars[bars[0]]
        models = [(model, {named.root for named in model}) for bar in bars if (model := self._model(bar))]

        def saved(half: Half) -> float:
            named = half.named
            if not models or named is None:
                return 0.0
            return sum(AGAIN * (named.root in roots) + THE_SAME * (named in model) for model, roots in models)

        def cost(halves: Halves) -> float:
            one, two = halves
            extra = len(bars) * SECOND - (saved(one) + saved(two)) / 2 if one is not two else -saved(one)
            return piece.cost(bars, halves) + extra

        piece.lift(bars)
        best = min([before, *self._options(*group[0])], key=cost)
        piece.put(bars, best)
        names = [half.named for half in (best if best[0] is not best[1] else best[:1]) if half.named]
        self.harmonist.chosen.update(dict.fromkeys(bars, names))
        return best != before

    def _model(self, bar: int) -> list[Named]:
        """Return the chords that a bar takes up."""
        source = self.harmonist.setting.bar(bar).repeats
        return self.harmonist.chosen.get(source, []) if source is not None else []

    def _options(self, phrase: Phrase, index: int) -> Iterator[Halves]:
        """Yield what a bar may sound like: one chord, or two where the metre has a middle."""
        one, two = self.piece.bars[phrase.start + index]
        if index == phrase.length - 1:
            kind = "final" if phrase.close == "final" else "goal"
            firsts = self._menu(phrase, index, one.degree, kind)
            seconds = [] if kind == "final" else firsts
        elif index == phrase.length - 2:
            firsts = seconds = self._menu(phrase, index, two.degree)
        else:
            seconds = [half for degree in range(1, 8) for half in self._menu(phrase, index, degree, count=CHOICES)]
            opens = phrase.start + index == 0
            firsts = self._menu(phrase, index, one.degree, count=CHOICES) if opens else seconds
        yield from ((half, half) for half in firsts)
        if self.harmonist.setting.meter.halfway:
            yield from ((one, half) for half in seconds if half is not one)
            yield from ((half, two) for half in firsts if half is not two)

    def _menu(self, phrase: Phrase, index: int, degree: int, resting: str = "", count: int = CLOSING) -> list[Half]:
        """Return what a degree (from 1) offers, the best first."""
        bar, harmonist = phrase.start + index, self.harmonist
        if (bar, degree, resting) not in self.menus:
            scale, wants = harmonist.scale(phrase), harmonist.wants
            priced = [
                (cost + wants.cost(bar, named.tension(scale)), cost, named)
                for cost, named in harmonist.offers(phrase, index, degree, resting)
            ]
            priced.sort(key=lambda offer: offer[0])
            self.menus[bar, degree, resting] = [
                self._half(bar, named.pitch_classes, cost, named) for _, cost, named in priced[:count]
            ]
        return self.menus[bar, degree, resting]

    def _half(self, bar: int, tones: tuple[int, ...], cost: float = 0.0, named: Named | None = None) -> Half:
        setting = self.harmonist.setting
        scale = setting.scale(setting.section(bar))
        shift = scale.tonic - setting.home.tonic
        return half_of(tones, scale, shift, degree=degree_of(scale, tones[0]), cost=cost, named=named)

    def _halves(self, bar: int) -> Halves:
        """Return how a bar sounds so far: as it is given, or as it was chosen."""
        given = read_chords(self.harmonist.setting.bar(bar).chord, f"plan: bar {bar + 1}")
        chosen = self.harmonist.chosen[bar]
        halves = (
            [self._half(bar, given[place][0]) for place in sorted({0, len(given) // 2})]
            if given
            else [self._half(bar, named.pitch_classes, named=named) for named in chosen]
        )
        return halves[0], halves[-1]
