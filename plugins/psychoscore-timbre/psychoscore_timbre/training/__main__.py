"""python -m psychoscore_timbre.training -o FOLDER: make the weights, from sound that is synthesised here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psychoscore_core.whole_files import replacing, write_json
from psychoscore_timbre.architecture import Sizes, decoder_graph

if TYPE_CHECKING:
    from psychoscore_timbre.training.fitting import Fitted
    from psychoscore_timbre.training.phrases import Clip

FILE = click.Path(path_type=Path)
HELD_OUT = 12  # clips that the weights never meet


class Lines:
    """A report of one line each."""

    def progress(self, label: str, done: int, total: int) -> None:
        """Say how far it is, twenty times."""
        if done == total or done % max(1, total // 20) == 0:
            click.echo(f"{label} {done}/{total}", err=True)

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        """Say the loss."""
        click.echo(f"step {step}: {json.dumps(dict(metrics))}", err=True)

    def remark(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)


@click.command()
@click.option("-o", "--output", type=FILE, required=True, help="Folder for the weights and their figures.")
@click.option("--instrument", type=click.Choice(("reed", "string")), default="reed", show_default=True)
@click.option("--soundfont", type=FILE, help="Learn from a General MIDI soundfont's notes instead.")
@click.option("--program", type=click.IntRange(0, 127), default=71, help="Of that soundfont.  [default: 71, clarinet]")
@click.option("--clips", type=click.IntRange(1, 10_000), default=150, show_default=True, help="Of four seconds each.")
@click.option("--steps", type=click.IntRange(1, 10**6), default=4000, show_default=True)
@click.option("--dense", type=click.IntRange(8, 1024), default=128, show_default=True, help="Width of dense layers.")
@click.option("--memory", type=click.IntRange(8, 1024), default=192, show_default=True, help="Width of the GRU.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
def train(
    output: Path,
    instrument: str,
    soundfont: Path | None,
    program: int,
    clips: int,
    steps: int,
    dense: int,
    memory: int,
    seed: int,
) -> None:
    """Synthesise phrases of known pitch and loudness, and train a decoder to play as they sound."""
    import torch

    from psychoscore_timbre.training.fitting import Recipe, fit

    torch.set_num_threads(1)
    report, sizes = Lines(), Sizes(dense=dense, memory=memory)
    found = _clips(instrument, soundfont, program, clips + HELD_OUT, seed, report)
    fitted = fit(found[HELD_OUT:], found[:HELD_OUT], sizes, Recipe(steps=steps, seed=seed), report)
    output.mkdir(parents=True, exist_ok=True)
    _write(output, fitted.module.state_dict(), sizes, steps)
    played = f"program {program} of {soundfont.name}" if soundfont else instrument
    facts = {"instrument": played, "clips": clips, "steps": steps, "seed": seed}
    _judge(output, facts, fitted, found[:HELD_OUT])
    _draw(output / "loss.png", fitted.losses, fitted.validation, steps)


def _judge(folder: Path, facts: Mapping[str, Any], fitted: Fitted, held_out: Sequence[Clip]) -> None:
    """Write training.json: what was done, the losses, and how near the decoder comes to phrases that it never met."""
    from psychoscore_timbre.decoder import Decoder, read_decoder
    from psychoscore_timbre.training.judging import figures

    heard = figures(Decoder(read_decoder(folder)), held_out)
    click.echo(json.dumps(heard))
    losses = {"losses": fitted.losses, "validation": fitted.validation}
    write_json(folder / "training.json", {**facts, **losses, "held out": heard})


def _clips(
    instrument: str, soundfont: Path | None, program: int, number: int, seed: int, report: Lines
) -> Sequence[Clip]:
    from psychoscore_timbre.training.instruments import INSTRUMENTS
    from psychoscore_timbre.training.phrases import clips as phrases
    from psychoscore_timbre.training.soundfont import clips as notes

    found: list[Clip] = []
    made = notes(soundfont, program, number, seed) if soundfont else phrases(INSTRUMENTS[instrument], number, seed)
    for clip in made:
        found.append(clip)
        report.progress("clips", len(found), number)
    return found


def _write(folder: Path, weights: Mapping[str, Any], sizes: Sizes, steps: int) -> None:
    from safetensors.torch import save

    with replacing(folder / "model.safetensors") as part:
        part.write_bytes(save({name: tensor.contiguous() for name, tensor in weights.items()}))
    write_json(folder / "graph.json", decoder_graph(sizes))
    record = {"format": 1, "backend": "timbre", "vocabulary": "", "space": "", "steps": steps, "metrics": {}}
    write_json(folder / "checkpoint.json", record)  # what exporters of checkpoints read


def _draw(path: Path, losses: Sequence[float], validation: Sequence[float], steps: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="step", ylabel="multi-scale spectral loss", yscale="log")
    at = [steps * (index + 1) / len(losses) for index in range(len(losses))]
    axes.plot(at, losses, color="0.6", label="train, mean of 100 steps")
    axes.plot(at, validation, color="C0", label="12 clips held out")
    axes.legend()
    axes.grid(alpha=0.3)
    with replacing(path) as part:
        figure.savefig(part, format="png")


if __name__ == "__main__":
    train()
