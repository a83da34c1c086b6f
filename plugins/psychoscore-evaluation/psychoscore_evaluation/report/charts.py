"""Small pictures written as SVG, in the page's own colours: a strip for an attribute, lines over the bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from psychoscore_core.attributes import Attribute
from psychoscore_evaluation.report.markup import text

WIDTH, EDGE = 260.0, 8.0  # of a strip
WIDE, HIGH, LEFT, TOP, BOTTOM = 960.0, 150.0, 54.0, 20.0, 18.0  # of lines over bars

CSS = """
.cards { grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
.strip { min-width: 11rem; max-width: 17rem; }
.track { stroke: var(--line); stroke-width: 6; stroke-linecap: round; }
.spread { stroke: var(--blue); stroke-width: 2.5; opacity: .55; }
.heard { fill: var(--blue); } .want { fill: none; stroke: var(--weak); stroke-width: 2.2; }
.want.other { stroke-dasharray: 2 2; }
.frame { stroke: var(--line); fill: none; } .band { fill: var(--wash); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.asked { stroke: var(--ink); stroke-dasharray: 5 4; } .line.first { stroke: var(--blue); }
.line.second { stroke: var(--weak); }
.key { display: inline-block; margin-right: 1.2rem; } .key::before { content: ""; display: inline-block; width: 1.4rem;
  border-top: 2px solid var(--blue); vertical-align: middle; margin-right: .4rem; }
.key.asked::before { border-top: 2px dashed var(--ink); } .key.second::before { border-color: var(--weak); }
.roll img { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: .4rem; }
"""


def strip(attribute: Attribute, asked: float | None, measured: Mapping[str, Any], same_unit: bool) -> str:
    """Return an attribute's usual range as a strip: a ring where it was asked for, a dot where it was measured.

    The measured's interval is a line. same_unit: whether what is asked has the attribute's unit; else it is 0 to 1.
    """

    def x(value: float) -> float:
        share = (value - attribute.low) / (attribute.high - attribute.low)
        return EDGE + (WIDTH - 2 * EDGE) * min(1.0, max(0.0, share))

    parts = [f'<line class="track" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="11" y2="11"/>']
    value, low, high = (measured[part] for part in ("value", "low", "high"))
    if low is not None and high is not None:
        parts.append(f'<line class="spread" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="11" y2="11"/>')
    if asked is not None:
        place = x(asked) if same_unit else x(attribute.low + asked * (attribute.high - attribute.low))
        parts.append(f'<circle class="want{"" if same_unit else " other"}" cx="{place:.1f}" cy="11" r="6.5"/>')
    if value is not None:
        parts.append(f'<circle class="heard" cx="{x(value):.1f}" cy="11" r="3.6"/>')
    said = f"{attribute.name} on its usual range, {attribute.low:g} to {attribute.high:g}"
    return f'<div class="strip">{_svg(WIDTH, 22, said, parts)}</div>'


def over_bars(
    title: str,
    lines: Mapping[str, Sequence[float | None]],
    sections: Sequence[str],
    bounds: tuple[float, float] | None = None,
) -> str:
    """Return values bar by bar as lines, by class of the line; letters on top say where sections begin.

    bounds: lowest and highest value of the frame; else those of the values.
    """
    bars = max(1, *(len(values) for values in lines.values()))
    known = [value for values in lines.values() for value in values if value is not None]
    low, high = bounds or (min(known, default=0.0), max(known, default=1.0))
    room = 0.0 if bounds else 0.06 * (high - low) or 0.5
    low, high = low - room, high + room

    def point(bar: int, value: float) -> str:
        y = TOP + (HIGH - TOP - BOTTOM) * (1 - (min(high, max(low, value)) - low) / (high - low))
        return f"{_x(bar + 0.5, bars):.1f},{y:.1f}"

    parts = [*_sections(sections, bars), *_axis(low + room, high - room, bars)]
    for name, values in lines.items():
        points = " ".join(point(bar, value) for bar, value in enumerate(values) if value is not None)
        parts.append(f'<polyline class="line {text(name)}" points="{points}"/>')
    return _svg(WIDE, HIGH, title, parts)


def _x(bar: float, bars: int) -> float:
    return LEFT + (WIDE - LEFT - EDGE) * bar / bars


def _sections(sections: Sequence[str], bars: int) -> list[str]:
    parts, bar = [], 0
    for number, (letter, run) in enumerate(groupby(sections)):
        size = len(list(run))
        left, right = _x(bar, bars), _x(bar + size, bars)
        if number % 2 == 0:
            place = f'x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{HIGH - TOP - BOTTOM}"'
            parts.append(f'<rect class="band" {place}/>')
        parts.append(f'<text x="{left + 3:.1f}" y="{TOP - 6}">{text(letter)}</text>')
        bar += size
    return parts


def _axis(low: float, high: float, bars: int) -> list[str]:
    bottom = HIGH - BOTTOM
    step = max(1, -(-bars // 16))
    parts = [f'<polyline class="frame" points="{LEFT},{TOP} {LEFT},{bottom} {WIDE - EDGE},{bottom}"/>']
    for value, y in ((high, TOP + 9), (low, bottom - 1)):
        parts.append(f'<text x="{LEFT - 6}" y="{y}" text-anchor="end">{value:.3g}</text>')
    for bar in range(0, bars, step):
        parts.append(f'<text x="{_x(bar + 0.5, bars):.1f}" y="{HIGH - 4}" text-anchor="middle">{bar + 1}</text>')
    return parts


def _svg(width: float, height: float, said: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{text(said)}">{"".join(parts)}</svg>'
