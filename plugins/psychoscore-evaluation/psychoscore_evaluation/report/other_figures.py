"""Pictures of tension curves, of the sweep and of shared runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.records import Take
from psychoscore_evaluation.music import tension_curves
from psychoscore_evaluation.report.drawing import (
    BLUE,
    DIVERGING,
    GREEN,
    INK,
    LINE,
    ORANGE,
    QUIET,
    canvas,
    styled,
    titled,
)
from psychoscore_evaluation.sweep import Moves

FULL = 0.4  # of an attribute's usual range: the strongest colour of the sweep
SHOWN_MOVE = 0.1
SAMPLES = {"takes": "takes", "real": "real, held out"}


def draw_tension(takes: Mapping[str, Take]) -> Figure:
    """Return the planned and the measured tension of a few takes, bar by bar."""
    figure = canvas(10.5, 2.5 * -(-len(takes) // 2))
    grid = figure.subplots(-(-len(takes) // 2), min(2, len(takes)), squeeze=False, sharey=True).ravel()
    for axes, (title, take) in zip(grid, takes.items(), strict=False):
        styled(axes, grid="y")
        curves = tension_curves(take.score, take.plan)
        styles = (("planned", INK, (0, (4, 2))), ("harmonic", BLUE, "-"), ("felt", ORANGE, "-"))
        for name, colour, line in styles:
            bars = np.arange(1, len(curves[name]) + 1)
            label = {"planned": "planned", "harmonic": "harmony", "felt": "as a whole"}[name]
            axes.plot(bars, curves[name], color=colour, linestyle=line, linewidth=1.6, label=label)
        axes.set(ylim=(-0.03, 1.03), xlabel="bar")
        titled(axes, title, take.name)
    for axes in grid[len(takes) :]:
        axes.set_visible(False)
    lines, labels = grid[0].get_legend_handles_labels()
    figure.legend(lines, labels, frameon=False, fontsize=8.5, loc="outside upper center", ncols=3, labelcolor=INK)
    return figure


def draw_sweep(moves: Moves) -> Figure:
    """Return what every dimension moves, low to high: colour is the move, a frame says that the plan asks for it."""
    from matplotlib.patches import Rectangle

    names, columns = list(moves), list(ATTRIBUTES)
    table = np.array([[move.moved if move.moves else 0.0 for move in of.values()] for of in moves.values()])
    figure = canvas(10.5, 1.4 + 0.235 * len(names))
    axes = figure.subplots()
    image = axes.imshow(table, cmap=DIVERGING, vmin=-FULL, vmax=FULL, aspect="auto")
    for row, of in enumerate(moves.values()):
        for column, move in enumerate(of.values()):
            if move.asks:
                edge = INK if move.follows else ORANGE
                axes.add_patch(
                    Rectangle((column - 0.47, row - 0.44), 0.94, 0.88, fill=False, edgecolor=edge, linewidth=1)
                )
            if move.moves and abs(move.moved) >= SHOWN_MOVE:
                colour = "white" if abs(move.moved) > 0.6 * FULL else INK
                text = f"{move.moved:+.1f}".replace("-", "−")
                axes.text(column, row, text, ha="center", va="center", fontsize=6, color=colour)
    axes.set_yticks(range(len(names)), names, fontsize=7, color=INK)
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="left", rotation_mode="anchor", fontsize=8.5)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0, colors=INK)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, shrink=0.3, pad=0.01).ax.tick_params(labelsize=7.5, colors=QUIET, length=0)
    return figure


def draw_runs(orders: Mapping[str, Any]) -> Figure:
    """Return how long the longest shared runs of takes and of held-out music are, one panel a note order."""
    figure = canvas(10.5, 3.0)
    titles = {"all": "all notes", "skyline": "highest notes"}
    for axes, (order, found) in zip(figure.subplots(1, len(orders), squeeze=False)[0], orders.items(), strict=True):
        styled(axes, grid="y")
        _histograms(axes, [(label, found[key]["counts"]) for key, label in SAMPLES.items() if found.get(key)])
        axes.set(xlabel="notes in the longest run shared with the training music", ylabel="share of pieces")
        titled(axes, titles[order], f"{found['pieces']} pieces, {found['notes']:,} notes")
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    return figure


def _histograms(axes: Any, samples: Sequence[tuple[str, Sequence[int]]]) -> None:
    """Draw the pieces by the length of their longest run; a sample is how many pieces have 0, 1, 2, ... notes."""
    top = max(len(counts) for _, counts in samples)
    step = max(1, -(-top // 40))
    edges = np.arange(0, top + step, step) - 0.5
    for (label, counts), colour in zip(samples, (BLUE, GREEN), strict=False):
        heights = np.histogram(np.arange(len(counts)), edges, weights=counts)[0] / max(1, sum(counts))
        axes.stairs(heights, edges, color=colour, fill=True, alpha=0.35)
        axes.stairs(heights, edges, color=colour, linewidth=1.4, label=label)
    axes.axhline(0, color=LINE, linewidth=0.6)
