"""What all figures share: colours, fonts, a canvas, and how it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from psychoscore_core.whole_files import replacing

BLUE, ORANGE, GREEN, PINK = "#2667d6", "#e06c1e", "#209662", "#c13474"
INK, QUIET, LINE, PAPER = "#181e2a", "#606978", "#d9dde5", "#ffffff"
DIVERGING = "RdBu_r"
DPI = 150


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure, inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def styled(axes: Any, grid: str = "") -> Any:
    """Return the axes with quiet frames; grid: "x", "y" or "both" lines behind the data."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    axes.tick_params(colors=QUIET, labelsize=8, length=3, color=LINE)
    axes.xaxis.label.set(color=QUIET, fontsize=8.5)
    axes.yaxis.label.set(color=QUIET, fontsize=8.5)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=LINE, linewidth=0.6)
    return axes


def titled(axes: Any, title: str, beside: str = "") -> None:
    """Write a title at the left over the axes, and something quieter at the right."""
    axes.set_title(title, loc="left", fontsize=9.5, color=INK, fontweight="bold")
    axes.set_title(beside, loc="right", fontsize=8.5, color=QUIET)


def save(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG, whole or not at all, the same bytes for the same figure."""
    with replacing(path) as part:
        figure.savefig(part, format="png", metadata={"Software": None})
    return path
