"""`psyco synthetic write`: the dataset as files."""

from __future__ import annotations

import os
from pathlib import Path

import click

from psychoscore_core.errors import ConfigError
from psychoscore_synthetic.plugin import TRANSPOSE, SyntheticConfig

DEFAULT = SyntheticConfig()


@click.group()
def synthetic() -> None:
    """Write pairs of profiles and music composed by rules."""


@synthetic.command()
@click.option("--num-pairs", type=click.IntRange(1, 10_000_000), default=DEFAULT.num_pairs, show_default=True)
@click.option("--seed", type=int, default=DEFAULT.seed, show_default=True, help="Another seed gives other pairs.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@click.option("--bars-minimum", type=click.IntRange(1, 128), default=DEFAULT.bars_minimum, show_default=True)
@click.option("--bars-maximum", type=click.IntRange(1, 128), default=DEFAULT.bars_maximum, show_default=True)
@click.option("--transpose", type=click.Choice(TRANSPOSE), default=DEFAULT.transpose, show_default=True)
@click.option("--tempo-augmentation", is_flag=True, help="Draw another tempo, 60 to 180, for each training piece.")
@click.option("--time-stretch", is_flag=True, help="Halve, keep or double each training piece's note values.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; as many as there are cores if not given.")
def write(out: Path, workers: int | None, **options: object) -> None:
    """Write MIDI files, each with its profile beside it; goes on where an interrupted writing stopped."""
    from psychoscore_synthetic import writing

    try:
        config = SyntheticConfig(**options)  # type: ignore[arg-type]  # click has checked them
    except ValueError as error:
        raise ConfigError(f"synthetic write: {error}") from None
    done, new = 0, 0
    with click.progressbar(length=config.num_pairs, label="pairs") as bar:
        for count, written in writing.write(config, out, workers or os.cpu_count() or 1):
            bar.update(count)
            done, new = done + count, new + written
    click.echo(f"{out}: {done} pairs, {new} of them new")
