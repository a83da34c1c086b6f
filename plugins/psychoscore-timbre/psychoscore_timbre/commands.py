"""The commands `psyco timbre`, one sound with the voice of another, and `psyco ddsp`, the model behind it elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path)
CHECKPOINT = click.option(
    "--checkpoint",
    type=FILE,
    metavar="FOLDER",
    help="A trained timbre; else data/timbre here, timbre in the user's data folder, or the one that ships.",
)


@click.command()
@click.argument("file", metavar="IN.wav", type=FILE)
@click.option("-o", "--output", type=FILE, required=True, help="The WAV file to write.")
@CHECKPOINT
@click.option("--octaves", type=click.IntRange(-4, 4), default=0, show_default=True, help="Play it higher or lower.")
@click.option("--loudness", type=click.FloatRange(-60, 60), default=0.0, show_default=True, help="dB more or less.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the noise of breath or bow.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
def timbre(
    file: Path, output: Path, checkpoint: Path | None, octaves: int, loudness: float, seed: int, force: bool
) -> None:
    """Play the tune of a WAV file, a single voice, with the instrument that a model has learnt.

    The result has the length and the rate of the file, in mono and 16 bits.
    """
    from psychoscore_core.errors import ConfigError

    if output.exists() and file.exists() and output.samefile(file):
        raise ConfigError(f"-o {output}: is the file that is to be played")
    if output.exists() and (output.is_dir() or not force):
        raise ConfigError(f"-o {output}: is there already{'' if output.is_dir() else ' (--force writes over it)'}")
    if not output.parent.is_dir():
        raise ConfigError(f"-o {output}: the folder {output.parent} does not exist")
    from psychoscore_timbre.decoder import Decoder, read_decoder
    from psychoscore_timbre.transferring import Shifts, transfer

    decoder = Decoder(read_decoder(_found(checkpoint)))
    made = transfer(file, output, decoder, Shifts(octaves=octaves, decibels=loudness, seed=seed))
    said = f"{made.seconds:.1f} s, a pitch in {made.voiced:.0%} of it, {made.middle:.0f} Hz in the middle"
    click.echo(f"{output}: {said}" + (f", {made.clipped} frames clipped: --loudness -6?" if made.clipped else ""))


@click.group()
def ddsp() -> None:
    """The model behind `psyco timbre`, for other programs."""


@ddsp.command()
@click.option("-o", "--output", type=FILE, default="exports/timbre-tflite", show_default=True, help="The folder.")
@CHECKPOINT
@click.option("--weights", type=click.Choice(("float32", "float16", "int8")), default="float32", show_default=True)
def export(output: Path, checkpoint: Path | None, weights: str) -> None:
    """Write the decoder for TFLite, one step with its state, and a self-test of a played scale."""
    from psychoscore_timbre.exporting import export_model

    for path in export_model(output, weights, _found(checkpoint)):
        click.echo(path)


def _found(named: Path | None) -> Path:
    from psychoscore_core.model_files import find_model
    from psychoscore_timbre.plugin import TIMBRE

    return find_model(TIMBRE, Path(), named).folder
