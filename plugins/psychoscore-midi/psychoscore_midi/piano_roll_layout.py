"""The geometry of a piano roll: bars in rows like the lines of a page, one scale of pitches for all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from attrs import frozen

from psychoscore_midi.bar_lines import Bar

LEFT, RIGHT, HEADER, GAP, BOTTOM = 58, 26, 118, 40, 26  # pixels; GAP holds the bar numbers above each row
MIN_BAR = 92  # pixels that a bar needs to show sixteenths
MAX_ROWS = 40  # beyond 640 bars, bars grow narrower instead of the picture longer
MIN_SPAN = 25  # semitones shown at least


@frozen(kw_only=True)
class Row:
    """One line of the picture: its bars, the number of the first, its top edge, its width in pixels."""

    bars: Sequence[Bar]
    first: int
    top: int
    scale: float  # pixels a tick

    @property
    def start(self) -> int:
        return self.bars[0].start

    @property
    def end(self) -> int:
        return self.bars[-1].end

    def x(self, tick: float) -> float:
        """Return the horizontal position of a time in this row."""
        return LEFT + (tick - self.start) * self.scale


@frozen(kw_only=True)
class Layout:
    """Where everything goes: rows of bars, pitches from low to high, pixels a semitone."""

    width: int
    rows: tuple[Row, ...]
    low: int
    high: int
    lane: int

    @property
    def row_height(self) -> int:
        return (self.high - self.low + 1) * self.lane

    @property
    def height(self) -> int:
        return self.rows[-1].top + self.row_height + BOTTOM

    def rows_between(self, start: int, end: int) -> Sequence[Row]:
        """Return the rows that show some of the time from `start` up to `end`, in ticks."""
        first = bisect_right(self.rows, start, key=lambda row: row.start) - 1
        return self.rows[max(0, first) : bisect_left(self.rows, end, key=lambda row: row.start)]

    def y(self, row: Row, pitch: int) -> int:
        """Return the upper edge of a pitch's lane in a row."""
        return row.top + (self.high - pitch) * self.lane


def lay_out(bars: Sequence[Bar], pitches: Sequence[int], width: int) -> Layout:
    """Return the layout of these bars; `pitches` holds the lowest and the highest pitch (or nothing)."""
    low, high = _pitch_range(pitches)
    count = _bars_per_row(len(bars), width - LEFT - RIGHT)
    lines = [bars[i : i + count] for i in range(0, len(bars), count)]
    lane = _lane(len(lines), high - low + 1)
    scale = (width - LEFT - RIGHT) / max(line[-1].end - line[0].start for line in lines)
    return Layout(
        width=width,
        rows=tuple(_rows(lines, count, (high - low + 1) * lane, scale)),
        low=low,
        high=high,
        lane=lane,
    )


def _rows(lines: list[Sequence[Bar]], count: int, height: int, scale: float) -> Iterator[Row]:
    for index, line in enumerate(lines):
        yield Row(bars=line, first=1 + index * count, top=HEADER + GAP + index * (height + GAP), scale=scale)


def _pitch_range(pitches: Sequence[int]) -> tuple[int, int]:
    low, high = (min(pitches) - 2, max(pitches) + 2) if len(pitches) else (54, 78)
    missing = max(0, MIN_SPAN - (high - low + 1))
    return max(0, low - missing // 2), min(127, high + (missing + 1) // 2)


def _bars_per_row(bars: int, width: int) -> int:
    """Return how many bars stand in a row: all that fit, in fours, the last row not left nearly empty."""
    fit = max(4, width // MIN_BAR // 4 * 4)
    if bars <= fit:
        return bars
    rows = min(MAX_ROWS, -(-bars // fit))
    return max(-(-bars // rows // 4) * 4, 4)


def _lane(rows: int, span: int) -> int:
    """Return the height of a semitone in pixels: a single row is drawn tall, many rows flat."""
    wanted = 460 if rows == 1 else 300 if rows <= 3 else 220
    return max(4, min(11, wanted // span))
