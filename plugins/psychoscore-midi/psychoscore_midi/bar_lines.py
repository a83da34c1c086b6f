"""Where the bars of a score begin, whatever its time signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MAX_BARS = 20_000


@frozen
class Bar:
    """A bar: where it begins and ends in ticks, and the ticks from beat to beat."""

    start: int
    end: int
    beat: int


def bars_of(score: Score, at_least: int = 1) -> list[Bar]:
    """Return the bars from time 0 to the end of the last note, and at least so many.

    A time signature takes effect at the next bar line; before the first one it is 4/4. No more than 20,000 bars.
    """
    end = max((_end(track.notes.numpy()) for track in score.tracks if len(track.notes)), default=0)
    signatures = sorted((s.time, s.numerator, s.denominator) for s in score.time_signatures)
    bars: list[Bar] = []
    numerator, denominator, start = 4, 4, 0
    while (start < end or len(bars) < at_least) and len(bars) < MAX_BARS:
        while signatures and signatures[0][0] <= start:
            _, numerator, denominator = signatures.pop(0)
        beat = max(1, score.tpq * 4 // max(1, denominator))
        bars.append(Bar(start, start + beat * max(1, numerator), beat))
        start = bars[-1].end
    return bars


def _end(notes: Any) -> int:
    return int((notes["time"] + notes["duration"]).max())
