"""Draw two-lines.png: the learning line and the making line. Run: python docs/images/draw_two_lines.py"""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

LINES = (
    ("learning", "#2f6690", ("dataset", "encode +\ntokenize", "prepared\ndata", "train", "checkpoint", "export")),
    ("making", "#a23b72", ("profile", "encode", "plan", "sample", "arrange,\nrate", "MIDI +\npiano roll")),
)
WIDTH, HEIGHT = 1.5, 0.8


def main() -> None:
    figure = Figure(figsize=(11, 2.9), dpi=120)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-1.1, 12.2)
    axes.set_ylim(-0.2, 3.2)
    axes.axis("off")
    for row, (name, colour, stages) in enumerate(LINES):
        y = 2.2 - 2.0 * row
        axes.text(-1.0, y + HEIGHT / 2, name, fontsize=12, color=colour, va="center", weight="bold")
        for column, stage in enumerate(stages):
            x = 0.3 + 2.0 * column
            box = FancyBboxPatch((x, y), WIDTH, HEIGHT, boxstyle="round,pad=0.05", fc="white", ec=colour, lw=2)
            axes.add_patch(box)
            axes.text(x + WIDTH / 2, y + HEIGHT / 2, stage, fontsize=11, ha="center", va="center")
            if column + 1 < len(stages):
                _arrow(axes, (x + WIDTH + 0.08, y + HEIGHT / 2), (x + 1.92, y + HEIGHT / 2), colour)
    _arrow(axes, (0.3 + 2.0 * 4 + WIDTH / 2, 2.12), (0.3 + 2.0 * 3 + WIDTH / 2, 1.08), "#555555")
    axes.text(8.4, 1.55, "a trained model draws; the rules need none", fontsize=10, color="#555555", va="center")
    figure.savefig(Path(__file__).with_name("two-lines.png"))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "->", "color": colour, "lw": 2})


if __name__ == "__main__":
    main()
