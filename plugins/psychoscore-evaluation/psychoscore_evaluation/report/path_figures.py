"""The picture of paths between profiles: how the attributes go from one end to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_evaluation.report.drawing import BLUE, INK, ORANGE, QUIET, canvas, styled, titled


def draw_paths(found: Mapping[str, Any]) -> Figure:
    """Return one row a pair, one column an attribute: measured as dots, what the control map asks as a dashed line.

    Orange is what should follow and does not; grey, where the ends ask for nearly the same.
    """
    names, pairs = found["attributes"], found["pairs"]
    figure = canvas(2.55 * len(names), 0.5 + 1.55 * len(pairs))
    grid = figure.subplots(len(pairs), len(names), squeeze=False, sharex=True, sharey="col")
    for row, (pair, of) in zip(grid, pairs.items(), strict=True):
        for axes, name in zip(row, names, strict=True):
            _panel(axes, of["attributes"][name])
        row[0].set_ylabel(pair.replace(" to ", " to\n"))
        row[0].yaxis.label.set(color=INK, fontsize=9)
    for axes, name in zip(grid[0], names, strict=True):
        axes.text(0, 1.28, name, transform=axes.transAxes, fontsize=10.5, fontweight="bold", color=INK)
        axes.text(1, 1.28, ATTRIBUTES[name].unit, transform=axes.transAxes, fontsize=8, color=QUIET, ha="right")
    for axes in grid[-1]:
        axes.set_xlabel("place on the way")
    return figure


def _panel(axes: Any, course: Mapping[str, Any]) -> None:
    styled(axes, grid="y")
    colour = QUIET if not course["apart"] else BLUE if course["follows"] else ORANGE
    t = np.linspace(0, 1, len(course["targets"]))
    axes.plot(t, course["targets"], color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.plot(t, course["measured"], "-o", color=colour, linewidth=1.4, markersize=3.2)
    rho = "–" if course["rho"] is None else f"ρ {course['rho']:+.2f}".replace("-", "−")
    titled(axes, "", rho if course["apart"] else "ends alike")
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
