"""An explanation in words, and as a picture of bars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.figure import Figure

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.explaining import LEAST, Explained, Explanation, Share, largest, leading
from psychoscore_evaluation.report.drawing import BLUE, INK, LINE, ORANGE, QUIET, canvas, styled, titled

COLUMNS = 3
LONG = 24  # letters of a dimension's name that stand beside its bar
WITHIN, BEYOND = 0.62, 0.22  # opacity of what lies within and beyond an attribute's limits


def words(explanation: Explanation, name: str, top: int) -> str:
    """Return the whole explanation as text: one paragraph an attribute, the farthest from neutral first."""
    facts = explanation.facts
    lines = [f"{name}: {facts['key']} {facts['mode']}; {len(explanation.values)} dimensions are not neutral."]
    still = []
    for attribute in ordered(explanation):
        found = explanation.attributes[attribute]
        shares = leading(attribute, found, top)
        if shares or abs(found.target - found.neutral) >= LEAST * _usual(attribute):
            lines += ["", _head(attribute, found), *_clauses(attribute, explanation, shares)]
        else:
            still.append(attribute)
    if still:
        lines += ["", f"As in the neutral profile: {', '.join(still)}."]
    if explanation.seeds:
        lines += ["", *_largest(explanation, top)]
    return "\n".join(lines)


def ordered(explanation: Explanation) -> list[str]:
    """Return the attributes, the one whose target is farthest from the neutral profile's first."""
    of = explanation.attributes
    return sorted(of, key=lambda name: -abs(of[name].target - of[name].neutral) / _usual(name))


def _usual(attribute: str) -> float:
    return ATTRIBUTES[attribute].high - ATTRIBUTES[attribute].low


def number(attribute: str, value: float, sign: bool = False) -> str:
    """Return a value of an attribute with as many digits as its unit deserves."""
    digits = 0 if _usual(attribute) > 25 else 1 if _usual(attribute) > 5 else 2
    return f"{value:{'+' if sign else ''}.{digits}f}".replace("-", "−")


def _head(attribute: str, found: Explained) -> str:
    by = number(attribute, found.target - found.neutral, sign=True)
    heard = f", measured {number(attribute, found.measured.value or 0.0)}" if found.measured else ""
    unit = ATTRIBUTES[attribute].unit
    target, neutral = number(attribute, found.target), number(attribute, found.neutral)
    return f"{attribute} {target} ({unit}; neutral {neutral}, so {by}{heard}):"


def _clauses(attribute: str, explanation: Explanation, shares: dict[str, Share]) -> Iterator[str]:
    found = explanation.attributes[attribute]
    for name, share in shares.items():
        yield f"  {name} {explanation.values[name]}: {_share(attribute, share)}"
    if abs(found.rest) >= LEAST * _usual(attribute):
        rest = number(attribute, found.rest, sign=True)
        yield f"  {rest} by the attribute's limits, and by steps that several dimensions take together"


def _share(attribute: str, share: Share) -> str:
    said = _mapped(attribute, share)
    if share.heard is None or share.heard.value is None:
        return said
    low, high = share.heard.low, share.heard.high
    if share.heard.value == 0 and not low and not high:
        return f"{said}, measured no change"
    heard = number(attribute, share.heard.value, sign=True)
    if low is None or high is None:
        return f"{said}, measured {heard}"
    between = f"[{number(attribute, low, sign=True)}, {number(attribute, high, sign=True)}]"
    return f"{said}, measured {heard} {between}{'' if share.sure else ', which may be chance'}"


def _mapped(attribute: str, share: Share) -> str:
    least = LEAST * _usual(attribute)
    if abs(share.mapped) < least:
        return "not in the map"
    inside = ""
    if abs(share.mapped - share.within) >= least:
        some = number(attribute, abs(share.within)) if abs(share.within) >= least else "none"
        inside = f", {some} of it within the attribute's limits"
    verb = "raises" if share.mapped > 0 else "lowers"
    return f"{verb} it by {number(attribute, abs(share.mapped))} (map{inside})"


def _largest(explanation: Explanation, top: int) -> Iterator[str]:
    yield "Largest measured changes, in shares of each attribute's usual range:"
    for row in largest(explanation, max(top, 5)):
        heard, mapped = (f"{row[key]:+.0%}".replace("-", "−") for key in ("measured", "map"))
        yield f"  {row['dimension']} moves {row['attribute']} by {heard} (map: {mapped})"


def draw_explained(explanation: Explanation, name: str, top: int) -> Figure:
    """Return one panel an attribute: the leading dimensions' shares as bars, what was measured as dots."""
    shown = {a: leading(a, explanation.attributes[a], top) for a in ordered(explanation)}
    shown = {attribute: shares for attribute, shares in shown.items() if shares}
    rows = max(1, -(-len(shown) // COLUMNS))
    heights = [max(map(len, list(shown.values())[r * COLUMNS : (r + 1) * COLUMNS]), default=1) for r in range(rows)]
    figure = canvas(13, 1.15 + sum(0.72 + 0.27 * height for height in heights))
    figure.suptitle(_title(explanation, name), x=0.01, ha="left", fontsize=12, color=INK, fontweight="bold")
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, height_ratios=[0.9 + h for h in heights])
    for index, axes in enumerate(grid.ravel()):
        if index < len(shown):
            attribute = list(shown)[index]
            _panel(axes, attribute, explanation.attributes[attribute], shown[attribute], heights[index // COLUMNS])
        else:
            axes.set_visible(False)
    _axis(grid, len(shown))
    _key(figure, explanation)
    return figure


def _title(explanation: Explanation, name: str) -> str:
    return f"{name}: {explanation.facts['key']} {explanation.facts['mode']}"


def _panel(axes: Any, attribute: str, found: Explained, shares: dict[str, Share], room: int) -> None:
    styled(axes, grid="x")
    usual = _usual(attribute)
    for place, share in enumerate(shares.values()):
        axes.barh(place, 100 * share.mapped / usual, height=0.62, color=BLUE, alpha=BEYOND, zorder=2)
        axes.barh(place, 100 * share.within / usual, height=0.62, color=BLUE, alpha=WITHIN, zorder=2)
        if share.heard:
            _dot(axes, place, share, 100 / usual)
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(shares)), [_short(name) for name in shares], color=INK, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(room - 0.4, -0.6)
    way = f"{number(attribute, found.neutral)} → {number(attribute, found.target)}"
    titled(axes, attribute, f"{way} {ATTRIBUTES[attribute].unit}")


def _dot(axes: Any, place: int, share: Share, scale: float) -> None:
    assert share.heard
    value, low, high = (
        None if v is None else scale * v for v in (share.heard.value, share.heard.low, share.heard.high)
    )
    colour = ORANGE if share.sure else QUIET
    if low is not None and high is not None:
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6, zorder=3, solid_capstyle="butt")
    axes.plot(value, place, "o", color=colour, markersize=4.5, zorder=4, markeredgecolor="white", markeredgewidth=0.6)


def _short(name: str) -> str:
    """Return a dimension's own name, without its group where that says nothing."""
    group, _, rest = name.partition(".")
    return (f"{rest} (bias)" if group == "bias" else rest or group).replace("_", " ")[:LONG]


def _axis(grid: Any, panels: int) -> None:
    """Number the lowest panel of every column."""
    for column in range(grid.shape[1]):
        used = [row for row in range(grid.shape[0]) if row * grid.shape[1] + column < panels]
        if used:
            axes = grid[used[-1], column]
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("% of the attribute's usual range")


def _key(figure: Figure, explanation: Explanation) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: list[Any] = [Patch(color=BLUE, alpha=BEYOND + WITHIN - BEYOND * WITHIN, label="by the control map")]
    keys.append(Patch(color=BLUE, alpha=BEYOND, label="beyond the attribute's limits"))
    if explanation.seeds:
        measured = f"measured without it, {explanation.seeds} seeds, 95%"
        keys.append(Line2D([], [], color=ORANGE, marker="o", linewidth=1.6, markersize=5, label=measured))
        keys.append(Line2D([], [], color=QUIET, marker="o", linewidth=1.6, markersize=5, label="no sure change"))
    figure.legend(
        handles=keys, loc="outside upper right", frameon=False, fontsize=8.5, ncols=len(keys), labelcolor=INK
    ).get_frame().set_edgecolor(LINE)
