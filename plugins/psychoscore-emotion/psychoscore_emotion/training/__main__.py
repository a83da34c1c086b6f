"""python -m psychoscore_emotion.training --emopia E --vgmidi V --soundfont S --cache C -o FOLDER: make the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from psychoscore_core.whole_files import replacing, write_json
from psychoscore_emotion.names import FEATURES
from psychoscore_emotion.net import WEIGHTS, Net
from psychoscore_emotion.outputs import HIDDEN, MEMORY, WIDTH

LAYERS = [
    {"name": "dense", "type": "linear", "inputs": len(FEATURES), "outputs": HIDDEN},
    {"name": "tanh", "type": "tanh", "inputs": HIDDEN, "outputs": HIDDEN},
    {"name": "lstm", "type": "lstm", "inputs": HIDDEN, "outputs": MEMORY},
    {"name": "head", "type": "linear", "inputs": MEMORY, "outputs": WIDTH},
]
FILE = click.Path(path_type=Path)


class Lines:
    """A report of one line each."""

    def progress(self, label: str, done: int, total: int) -> None:
        """Say how far it is, twenty times."""
        if done == total or done % max(1, total // 20) == 0:
            click.echo(f"{label} {done}/{total}", err=True)

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        """Say an epoch's loss."""
        click.echo(f"epoch {step}: {json.dumps(dict(metrics))}", err=True)

    def remark(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)


@click.command()
@click.option("--emopia", type=FILE, required=True, help="The folder EMOPIA_2.2.")
@click.option("--vgmidi", type=FILE, help="The folder of VGMIDI.")
@click.option("--soundfont", type=FILE, required=True, help="A General MIDI soundfont that plays the clips.")
@click.option("--cache", type=FILE, required=True, help="Folder for the clips' features; clips in it are not rendered.")
@click.option("-o", "--output", type=FILE, required=True, help="Folder for the weights and their figures.")
@click.option("--epochs", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--folds", type=click.IntRange(0, 20), default=0, help="Cross-validate by song with so many models, too.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that render.")
def train(
    emopia: Path,
    vgmidi: Path | None,
    soundfont: Path,
    cache: Path,
    output: Path,
    epochs: int,
    seed: int,
    folds: int,
    workers: int,
) -> None:
    """Render labelled MIDI, train on the train splits, and say how well the others are heard."""
    import torch
    from safetensors.torch import save

    from psychoscore_emotion.training.crossing import crossed
    from psychoscore_emotion.training.fitting import Recipe, fit
    from psychoscore_emotion.training.judging import by_split, figures
    from psychoscore_emotion.training.rendering import Clip, clips, labelled

    torch.set_num_threads(1)
    report, found = Lines(), list[Clip]()
    for corpus, dataset in labelled(emopia, vgmidi):
        found += clips(dataset, corpus, soundfont, cache, report, workers)
    recipe = Recipe(epochs=epochs, seed=seed)
    fitted = fit([clip for clip in found if clip.split == "train"], recipe, report)
    _write(output, save(fitted.module.state_dict()), epochs)
    judged = by_split(Net(output), found)
    if folds:
        judged[f"emopia, {folds} folds by song"] = figures(*crossed(found, recipe, folds, report))
    for name, values in judged.items():
        click.echo(f"{name}: {json.dumps(values)}")
    write_json(output / "training.json", {"seed": seed, "epochs": epochs, "losses": fitted.losses, "figures": judged})


def _write(folder: Path, weights: bytes, epochs: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / WEIGHTS) as part:
        part.write_bytes(weights)
    write_json(folder / "layers.json", LAYERS)
    record = {"format": 1, "backend": "emotion", "vocabulary": "", "space": "", "steps": epochs, "metrics": {}}
    write_json(folder / "checkpoint.json", record)  # what exporters of checkpoints read


if __name__ == "__main__":
    train()
