"""Pictures of the judge's verdicts, and of the music at two tensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from psychoscore_evaluation.emotion import AT_TENSIONS
from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.report.drawing import BLUE, INK, ORANGE, QUIET, canvas, styled, titled


def draw_emotion(emotion: Mapping[str, Any]) -> Figure:
    """Return the recognised share of each quadrant, and the table of asked and heard."""
    figure = canvas(8, 3.3)
    shares, table = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _shares(shares, emotion)
    _table(table, np.array(emotion["table"]))
    return figure


def _shares(axes: Any, emotion: Mapping[str, Any]) -> None:
    styled(axes, grid="y")
    bars = {"all": emotion["recognised"], **emotion["quadrants"]}
    for place, (name, share) in enumerate(bars.items()):
        axes.bar(place, share["value"] or 0, width=0.62, color=INK if name == "all" else BLUE, alpha=0.85)
        if share["low"] is not None:
            axes.plot([place, place], [share["low"], share["high"]], color=ORANGE, linewidth=1.8)
    axes.axhline(0.25, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set(ylim=(0, 1.02), xticks=range(len(bars)))
    axes.set_xticklabels(list(bars), color=INK)
    titled(axes, "recognised quadrants", "dashed: chance")


def _table(axes: Any, table: np.ndarray) -> None:
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if share[row, column] > 0.55 else INK
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=9)
    names = [f"Q{number}" for number in range(1, 5)]
    axes.set_xticks(range(4), names)
    axes.set_yticks(range(4), names)
    axes.set_xlabel("heard", color=QUIET, fontsize=8.5)
    axes.set_ylabel("asked for", color=QUIET, fontsize=8.5)
    axes.tick_params(length=0, labelsize=8.5, colors=INK)
    axes.spines[:].set_visible(False)
    titled(axes, "takes")


def draw_at_tensions(tension: Mapping[str, Any]) -> Figure:
    """Return each sound at tension 0.2 and 0.9: means with 95% intervals, one panel a sound."""
    figure = canvas(2.6 * len(tension), 2.7)
    for axes, (name, found) in zip(figure.subplots(1, len(tension), squeeze=False)[0], tension.items(), strict=True):
        styled(axes, grid="y")
        points = [(at, value) for at, value in found.items() if at != "difference" and value["value"] is not None]
        for place, (_, value) in enumerate(points):
            if value["low"] is not None:
                axes.plot([place, place], [value["low"], value["high"]], color=ORANGE, linewidth=2)
            axes.plot(place, value["value"], "o", color=INK, markersize=6)
        axes.set_xticks(range(len(points)), [at for at, _ in points])
        axes.set(xlim=(-0.6, len(points) - 0.4), xlabel=f"tension asked for\ndifference {shown(found['difference'])}")
        axes.xaxis.label.set_fontsize(7.5)
        axes.set_ylabel(AT_TENSIONS[name])
        titled(axes, name)
    return figure
