"""The command `psyco mood`: a valence and an arousal become a profile."""

from __future__ import annotations

import math
from pathlib import Path

import click


def _rating(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no rating.")
    return value


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("valence", type=click.FloatRange(-1, 1), callback=_rating)
@click.argument("arousal", type=click.FloatRange(-1, 1), callback=_rating)
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("mood.profile.json"), show_default=True)
def mood(valence: float, arousal: float, out: Path) -> None:
    """Write the profile of a VALENCE and an AROUSAL, each from -1 to 1, for `psyco generate`."""
    from psychoscore_compound_word.emotion import mood_json
    from psychoscore_core.errors import ProfileError
    from psychoscore_core.whole_files import write_json

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_json(out, mood_json(valence, arousal))
    except OSError as error:
        raise ProfileError(f"{out}: cannot be written: {error.strerror or error}") from None
    click.echo(out)
