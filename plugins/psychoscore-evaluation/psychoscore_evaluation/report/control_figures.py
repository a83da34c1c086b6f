"""Pictures of control: requests against measurements, rank correlations, and the map of leakage."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.control import Asking, Control
from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.report.drawing import BLUE, DIVERGING, INK, LINE, ORANGE, QUIET, canvas, styled, titled
from psychoscore_evaluation.requested import OWN_UNIT

COLUMNS = 3
MOST_DOTS = 1500
BINS = 8  # of the requests, whose median measurements make the line


def draw_scatter(control: Control) -> Figure:
    """Return one panel an attribute: every take as a dot, medians of the measured along the requested as a line."""
    rows = -(-len(ATTRIBUTES) // COLUMNS)
    figure = canvas(3.5 * COLUMNS, 2.65 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for index, (axes, name) in enumerate(zip(grid, ATTRIBUTES, strict=False)):
        _panel(axes, name, control.attributes[name], control.requested[:, :, index], control.measured[:, :, index])
    for axes in grid[len(ATTRIBUTES) :]:
        axes.set_visible(False)
    return figure


def _panel(axes: Any, name: str, found: Asking, asked: np.ndarray, heard: np.ndarray) -> None:
    styled(axes)
    unit = ATTRIBUTES[name].unit
    axes.set_ylabel(unit)
    if not found.asked:
        titled(axes, name, "not asked for")
        low, high = float(heard.min()), float(heard.max())
        least = 1e-3 * (ATTRIBUTES[name].high - ATTRIBUTES[name].low)  # what never varies is one bar
        axes.hist(heard.ravel(), bins=24, range=(low - least, high + least), orientation="horizontal", color=LINE)
        axes.set_xticks([])
        axes.set_xlabel("takes")
        return
    x, y = asked.ravel(), heard.ravel()
    step = max(1, len(x) // MOST_DOTS)
    axes.scatter(x[::step], y[::step], s=7, color=BLUE, alpha=0.35, linewidths=0)
    axes.plot(*_medians(x, y), "-o", color=ORANGE, linewidth=1.6, markersize=3)
    axes.set(xlim=_limits(x), ylim=_limits(y))
    if name in OWN_UNIT:
        axes.axline((0, 0), slope=1, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xlabel(f"requested (slope {shown(found.slope)})")
    titled(axes, name, f"ρ {shown(found.spearman)}")


def _limits(values: np.ndarray) -> tuple[float, float]:
    room = 0.05 * float(np.ptp(values)) or 1e-3
    return float(values.min()) - room, float(values.max()) + room


def _medians(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)))
    place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(0, len(edges) - 2))
    used = np.unique(place)
    return tuple(np.array([np.median(v[place == p]) for p in used]) for v in (x, y))  # type: ignore[return-value]  # two


def draw_spearman(control: Control) -> Figure:
    """Return rank correlations as bars with 95% intervals; behind them the band of shuffled requests."""
    names = sorted((n for n, a in control.attributes.items() if a.asked), key=lambda n: _value(control.attributes[n]))
    figure = canvas(8.5, 0.9 + 0.34 * max(1, len(names)))
    axes = styled(figure.subplots(), grid="x")
    for place, name in enumerate(names):
        found = control.attributes[name]
        value = _value(found)
        low, high = found.spearman.low, found.spearman.high
        band = (found.shuffled.low or 0.0, found.shuffled.high or 0.0)
        axes.barh(place, value, height=0.58, color=BLUE if value > 0 else ORANGE, alpha=0.85, zorder=2)
        axes.barh(place, band[1] - band[0], left=band[0], height=0.92, color=LINE, alpha=0.75, zorder=1)
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=3)
        axes.text(1.03, place, f"{value:.2f}".replace("-", "−"), va="center", fontsize=8.5, color=INK)
    axes.set_yticks(range(len(names)), names, color=INK, fontsize=9)
    estimates = [e for n in names for e in (control.attributes[n].spearman, control.attributes[n].shuffled)]
    lowest = min([-0.2, *(e.low - 0.02 for e in estimates if e.low is not None)])
    axes.set(
        xlim=(lowest, 1.0), xlabel="Spearman's ρ of requested and measured; line: 95% interval; grey: shuffled profiles"
    )
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=3)
    return figure


def _value(found: Asking) -> float:
    return found.spearman.value or 0.0


def draw_leakage(control: Control) -> Figure:
    """Return the map of standardised effects, requests across, measured attributes down; the diagonal is framed."""
    leak = control.leakage
    columns, rows = leak.requests, tuple(ATTRIBUTES)
    figure = canvas(2.4 + 0.56 * max(3, len(columns)), 1.6 + 0.4 * len(rows))
    axes = figure.subplots()
    image = axes.imshow(leak.effects, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    for (row, column), effect in np.ndenumerate(leak.effects):
        if abs(effect) >= 0.1:
            colour = "white" if abs(effect) > 0.6 else INK
            axes.text(
                column, row, f"{effect:.2f}".replace("-", "−"), ha="center", va="center", fontsize=7, color=colour
            )
        if rows[row] == columns[column]:
            axes.add_patch(_frame(column, row))
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="left", rotation_mode="anchor", fontsize=8.5)
    axes.set_yticks(range(len(rows)), rows, fontsize=8.5)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0, colors=INK)
    axes.set_ylabel("measured", color=QUIET, fontsize=8.5)
    axes.set_xlabel("requested", color=QUIET, fontsize=8.5)
    axes.xaxis.set_label_position("top")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, shrink=0.6, pad=0.02).ax.tick_params(labelsize=7.5, colors=QUIET, length=0)
    return figure


def _frame(column: int, row: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.3)
