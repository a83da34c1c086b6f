"""The command `psyco render`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psychoscore_core.errors import ConfigError, PsychoscoreError

if TYPE_CHECKING:
    from psychoscore_audio.plugin import AudioConfig

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("files", metavar="FILES...", nargs=-1, required=True, type=FILE)
@click.option("-o", "--out", type=FILE, help="Folder to write into; else each WAV file lies beside its MIDI file.")
@click.option("--force", is_flag=True, help="Write over WAV files that are there already.")
@click.option("--soundfont", type=FILE, help="An .sf2 or .sf3 file; else PSYCHOSCORE_SOUNDFONT or the system's.")
@click.option("--engine", type=click.Choice(("auto", "symusic", "fluidsynth")), help="What plays.  [default: auto]")
@click.option("--sample-rate", type=click.IntRange(8000, 96000), help="Frames a second.  [default: 44100]")
@click.option("--channels", type=click.IntRange(1, 2), help="1 or 2.  [default: 2]")
@click.option("--peak", type=click.FloatRange(-40, 0), help="Of the loudest sample in dBFS.  [default: -1]")
@click.option("--tail", type=click.FloatRange(0, 30), help="Seconds after the last note.  [default: 1.5]")
@click.option("--seconds", type=click.FloatRange(1, 3600), help="Longer music is cut there.  [default: 600]")
@click.option("--timeout", type=click.FloatRange(1, 3600), help="Seconds that a file may take.  [default: 300]")
def render(files: tuple[Path, ...], out: Path | None, force: bool, **given: Any) -> None:
    """Render MIDI files to WAV files with a soundfont on this computer.

    Prints each file that it writes; a file that cannot be rendered does not keep the others from it.
    """
    from psychoscore_audio.plugin import AudioConfig
    from psychoscore_audio.soundfonts import find_soundfont

    config = AudioConfig(**{name: value for name, value in given.items() if value is not None})
    targets = _targets(files, out, force)
    soundfont = find_soundfont(config.soundfont)
    if out:
        out.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    for source, target in zip(files, targets, strict=True):
        try:
            click.echo(f"{target}: {_render(source, target, soundfont, config)}")
        except PsychoscoreError as error:
            text = str(error)
            problems.append(text if str(source) in text else f"{source}: {text}")
    if problems:
        raise PsychoscoreError("\n".join(problems))


def _targets(files: Sequence[Path], out: Path | None, force: bool) -> list[Path]:
    """Return where each file goes; raises ConfigError where two would meet or one is there already."""
    targets = [(out or source.parent) / f"{source.stem}.wav" for source in files]
    for index, target in enumerate(targets):
        if target in targets[:index]:
            raise ConfigError(f"two of the files would become {target}")
        if target.exists() and (target.is_dir() or not force):
            raise ConfigError(f"{target} is there already{'' if target.is_dir() else ' (--force writes over it)'}")
    if out and out.exists() and not out.is_dir():
        raise ConfigError(f"--out {out}: is a file, not a folder")
    return targets


def _render(source: Path, target: Path, soundfont: Path, config: AudioConfig) -> str:
    from psychoscore_audio import rendering
    from psychoscore_midi.reading import read_midi

    remarks: list[str] = []
    score = read_midi(source, remarks=remarks)
    for remark in remarks:
        click.echo(f"{source}: {remark}", err=True)
    return rendering.render(score, target, soundfont, config).summary
