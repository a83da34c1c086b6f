"""The commands `psyco listen`, from a sound file to a profile, and `psyco emotion`, the model in other forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from psychoscore_emotion.listening import Heard

FILE = click.Path(path_type=Path)
CHECKPOINT = click.option(
    "--checkpoint",
    type=FILE,
    metavar="FOLDER",
    help="Another model; else data/emotion here, emotion in the user's data folder, or the package's own.",
)


@click.command()
@click.argument("file", metavar="FILE.wav", type=FILE)
@click.option("-o", "--output", type=FILE, help="The profile to write (JSON); `generation.profile` reads it.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@CHECKPOINT
def listen(file: Path, output: Path | None, force: bool, checkpoint: Path | None) -> None:
    """Hear the emotion of a WAV file, and write the profile that asks for such music.

    Prints what was heard and how sure that is. Of a long file the first ten minutes are heard.
    """
    from psychoscore_core.errors import ConfigError
    from psychoscore_core.whole_files import write_json

    if output and output.exists() and (output.is_dir() or not force):
        raise ConfigError(f"-o {output}: is there already{'' if output.is_dir() else ' (--force writes over it)'}")
    if output and not output.parent.is_dir():
        raise ConfigError(f"-o {output}: the folder {output.parent} does not exist")
    from psychoscore_emotion.listening import listen as heard_in
    from psychoscore_emotion.net import Net

    heard = heard_in(file, Net(_found(checkpoint)))
    click.echo("\n".join(_lines(file, heard)))
    if output:
        write_json(output, _json(file, heard))
        click.echo(output)


def _lines(file: Path, heard: Heard) -> list[str]:
    """Return what was heard, a line each, with how sure it is."""
    shares = ", ".join(f"Q{number} {share:.2f}" for number, share in enumerate(heard.probabilities, 1))
    lines = [f"{file}: {heard.seconds:.1f} s, quadrant Q{heard.quadrant} ({shares})"]
    for name in ("valence", "arousal"):
        side = "positive" if heard.numbers[name] >= 0 else "negative"
        lines.append(f"  {name:12} {heard.numbers[name]:+.2f}, {side} with probability {heard.sure(name):.2f}")
    profile = heard.profile()
    lines.append(f"  trauma       {profile.trauma:.2f}, entropy {profile.entropy:.2f}: from the quadrant and these two")
    for name in ("disc.dominance", "ocean.extraversion"):
        short = name.partition(".")[2]
        lines.append(f"  {short:12} {heard.numbers[name]:.2f} ± {heard.deviations[name]:.2f}")
    return lines


def _json(file: Path, heard: Heard) -> dict[str, object]:
    """Return the partial JSON form of the profile: what cannot be heard is left out, and so is neutral."""
    profile = heard.profile()
    said = f"valence {heard.numbers['valence']:+.2f}, arousal {heard.numbers['arousal']:+.2f}"
    return {
        "name": file.stem[:100],
        "description": f"Heard in {file.name[:100]}: quadrant {heard.quadrant}, {said}.",
        "disc": {"D": profile.disc.dominance},
        "ocean": {"E": profile.ocean.extraversion},
        "trauma": profile.trauma,
        "entropy": profile.entropy,
    }


@click.group()
def emotion() -> None:
    """The model behind `psyco listen`, for other programs."""


@emotion.command()
@click.option("--format", "form", type=click.Choice(("rtneural", "tflite")), default="rtneural", show_default=True)
@click.option("--weights", type=click.Choice(("float32", "float16", "int8")), help="Of TFLite.  [default: float32]")
@click.option("-o", "--output", type=FILE, help="The folder.  [default: exports/emotion-FORMAT]")
@CHECKPOINT
def export(form: str, weights: str | None, output: Path | None, checkpoint: Path | None) -> None:
    """Write the model for RTNeural (with a C++ example) or TFLite (one step, with a script), and a self-test.

    RTNeural wants psychoscore-emotion[train], TFLite psychoscore-emotion[tflite].
    """
    from psychoscore_core.errors import ConfigError, PluginError

    folder = output or Path("exports") / f"emotion-{form}"
    if weights and form == "rtneural":
        raise ConfigError("--weights: RTNeural has float32 alone; --format tflite has others")
    from psychoscore_emotion import exporting

    found = _found(checkpoint)
    try:
        if form == "rtneural":
            written = exporting.to_rtneural(folder, found)
        else:
            written = exporting.to_tflite(folder, weights or "float32", found)
    except ModuleNotFoundError as error:
        extra = {"rtneural": "train"}.get(form, form)
        raise PluginError(f"emotion export needs {error.name}: pip install 'psychoscore-emotion[{extra}]'") from None
    for path in written:
        click.echo(path)


def _found(named: Path | None) -> Path:
    from psychoscore_core.model_files import find_model
    from psychoscore_emotion.plugin import EMOTION

    return find_model(EMOTION, Path(), named).folder
