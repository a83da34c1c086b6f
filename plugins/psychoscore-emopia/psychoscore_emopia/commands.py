"""The command `psyco emopia`: fetch the archive, and write the quadrants' profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.group()
def emopia() -> None:
    """Fetch EMOPIA; write the profiles of its four quadrants."""


@emopia.command()
@click.option("--into", "folder", type=click.Path(path_type=Path), default=Path(), help="Folder to unpack into.")
@click.option("--url", help="Fetch the archive from here instead of its home on Zenodo.")
@click.option("--md5", help="Checksum that the archive must have instead of the published one.")
def download(folder: Path, url: str | None, md5: str | None) -> None:
    """Download and unpack EMOPIA_2.2 (CC BY-NC-SA 4.0); an interrupted download goes on where it stopped."""
    from psychoscore_emopia.downloading import MD5, URL, fetch_emopia

    target = folder / "EMOPIA_2.2"
    bar: list[Any] = []

    def progress(done: int, total: int) -> None:
        if not bar:
            bar.append(click.progressbar(length=total or None, label="EMOPIA_2.2.zip"))
            bar[0].__enter__()
        bar[0].update(done - bar[0].pos)

    try:
        fetched = fetch_emopia(target, url=url or URL, md5=md5 or MD5, progress=progress)
    finally:
        if bar:
            bar[0].__exit__(None, None, None)
    click.echo(f"{target}: {'ready' if fetched else 'already there'}")


@emopia.command()
@click.option("--into", "folder", type=click.Path(path_type=Path), default=Path(), help="Folder to write into.")
def quadrants(folder: Path) -> None:
    """Write q1.profile.json to q4.profile.json: the middle of each quadrant of valence and arousal."""
    from psychoscore_core.errors import DataError
    from psychoscore_core.whole_files import write_json
    from psychoscore_emopia.quadrants import QUADRANTS, quadrant_json

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in QUADRANTS:
            path = folder / f"q{number}.profile.json"
            write_json(path, quadrant_json(number))
            click.echo(path)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written: {error.strerror or error}") from None
