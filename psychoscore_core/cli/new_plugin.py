"""`psyco plugins new NAME`: write a plugin distribution to start from."""

from __future__ import annotations

from pathlib import Path

import click

from psychoscore_core.testing.scaffold import SCAFFOLDS, write_plugin


@click.command()
@click.argument("name")
@click.option("--kind", default="temperature", show_default=True, help=f"One of {', '.join(SCAFFOLDS)}.")
@click.option("--into", default=".", type=click.Path(path_type=Path), help="The folder to write it in.")
def new(name: str, kind: str, into: Path) -> None:
    """Write the plugin distribution NAME, whose own tests pass at once."""
    folder = write_plugin(name, kind, into)
    click.echo(f"wrote {folder}")
    click.echo(f"next: cd {folder} && pytest && pip install -e . && psyco plugins show {name}")
