"""Repeats: which bars of a plan take up an earlier one, as much as a target of repetition asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import evolve, frozen

from psychoscore_core.records import BarPlan

PHRASE = 4  # bars
RETURNING = 0.5  # a section that returns is this much more alike than two phrases of one section
CURVE = 1.5  # bars that take up none are half alike already: a middling target needs few that do


@frozen(order=True)
class _Offer:
    """A bar that may take up an earlier one, from this target on; the lowest ones come first."""

    target: float
    bar: int
    source: int


def with_repeats(bars: Sequence[BarPlan], repetition: float) -> tuple[BarPlan, ...]:
    """Return the bars with `repeats` filled in, the more of them the higher the target.

    repetition: in [0, 1]; of n bars round((n - 1) repetition^1.5) take up an earlier one, as far as the form offers
    any. Sections that return come first, then a section's later phrases, the first bars of a phrase before its last,
    then the second half of a phrase. A bar takes up an original, never another repeat; the piece's last bar takes up
    none.
    """
    offers = sorted(offer for offer in _offers(bars) if offer.bar < len(bars) - 1)
    wanted = round((len(bars) - 1) * min(1.0, max(0.0, repetition)) ** CURVE)
    sources: dict[int, int] = {}
    for offer in sorted(offers[:wanted], key=lambda offer: offer.bar):
        sources[offer.bar] = sources.get(offer.source, offer.source)
    return tuple(evolve(bar, repeats=sources.get(index)) for index, bar in enumerate(bars))


def _offers(bars: Sequence[BarPlan]) -> Iterator[_Offer]:
    first: dict[str, tuple[int, int]] = {}  # section: start and length where it first stands
    start = 0
    for name, run in groupby(bar.section for bar in bars):
        length = len(list(run))
        known, size = first.setdefault(name, (start, length))
        for offset in range(length):
            place = (offset % PHRASE + 0.5) / PHRASE
            if known != start:
                yield _Offer(place - RETURNING, start + offset, known + offset % size)
            elif offset >= PHRASE:
                yield _Offer(place, start + offset, start + offset % PHRASE)
            elif offset >= PHRASE // 2:
                yield _Offer(place + 1, start + offset, start + offset - PHRASE // 2)
        start += length
