"""Repeats: which bars of a plan take up an earlier one, as much as a target of repetition asks for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from attrs import evolve

from psychoscore_core.records import BarPlan

PHRASE = 4  # bars
RETURNING = 0.5  # a section that returns is this much more alike than two phrases of one section


def with_repeats(bars: Sequence[BarPlan], repetition: float) -> tuple[BarPlan, ...]:
    """Return the bars with `repeats` filled in: sections that return take up the first bars of their letter.

    repetition: in [0, 1]; of each phrase of four bars the first round(4 * share) take up an earlier phrase's, where
    the share is `repetition` inside a section, and 0.5 more where a section returns. A bar takes up an original,
    never another repeat; the piece's last bar takes up none.
    """
    sources: dict[int, int] = {}
    first: dict[str, tuple[int, int]] = {}  # section: start and length where it first stands
    start = 0
    for name, run in groupby(bar.section for bar in bars):
        length = len(list(run))
        if name in first:
            _take_up(sources, start, length, first[name], repetition + RETURNING)
        else:
            first[name] = (start, length)
            _take_up(sources, start + PHRASE, length - PHRASE, (start, PHRASE), repetition)
        start += length
    sources.pop(len(bars) - 1, None)
    return tuple(evolve(bar, repeats=sources.get(index)) for index, bar in enumerate(bars))


def _take_up(sources: dict[int, int], start: int, length: int, model: tuple[int, int], share: float) -> None:
    """Let the first bars of each phrase from `start` on take up those of the model (start, length), over and over."""
    kept = round(PHRASE * min(1.0, max(0.0, share)))
    for offset in range(length):
        if offset % PHRASE < kept:
            source = model[0] + offset % model[1]
            sources[start + offset] = sources.get(source, source)
