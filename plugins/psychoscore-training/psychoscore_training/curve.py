"""The loss curve of a training run as a picture."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from psychoscore_core.whole_files import replacing
from psychoscore_training.snapshot import Progress


def draw_curve(path: Path, progress: Progress, baseline: float | None, families: int = 1) -> None:
    """Draw train and validation loss over the steps, and the bigram baseline as a line; by rename.

    families: token families, over which the train loss is a sum and the others are means.
    """
    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="step", ylabel="nats per token", title="loss")
    if progress.curve:
        curve = [(step, loss / families) for step, loss in progress.curve]
        axes.plot(*zip(*curve, strict=True), color="0.65", linewidth=1, label="train, weighted total")
    if progress.validation:
        axes.plot(*zip(*progress.validation, strict=True), "o-", color="C0", markersize=3, label="validation")
    if baseline is not None:
        axes.axhline(baseline, color="C3", linestyle="--", linewidth=1, label=f"bigram, {baseline:.2f}")
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    axes.grid(alpha=0.3)
    with replacing(path) as part:
        figure.savefig(part, format="png")
