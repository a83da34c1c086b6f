"""The command `psyco evaluate`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psychoscore_core.cli.options import config_options, plugin_options
from psychoscore_core.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from psychoscore_evaluation.settings import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.option("-C", "--folder", type=FOLDER, default=".", help="The project's folder.")
@click.option("--profiles", type=int, default=200, show_default=True, help="Random profiles to make takes of.")
@click.option("--seeds", type=int, default=3, show_default=True, help="Takes of each profile.")
@click.option("--bars", type=int, default=16, show_default=True, help="Bars of each take.")
@click.option("--emopia", type=EXISTING, help="EMOPIA_2.2, for the judge of emotion.")
@click.option("--real", type=EXISTING, help="MIDI files to compare with instead of what the datasets hold out.")
@click.option("--train", type=EXISTING, help="MIDI files that the model has seen, instead of the datasets.")
@click.option("--out", type=FOLDER, default="evaluation", show_default=True, help="Folder to write into.")
@click.option("--only", metavar="PART,PART", help="Of control, sweep, emotion, music, originality; else all of them.")
@click.option("-q", "--quiet", is_flag=True, help="Print the paths of the results only.")
@plugin_options
@config_options
def evaluate(folder: Path, out: Path, quiet: bool, **given: Any) -> None:
    """Measure whether the project's music follows the profile: numbers with 95% intervals, and a page to look at.

    Makes takes of random profiles with the project's own model, measures them, and writes evaluation.json and
    index.html. The same command gives the same numbers.
    """
    preset, sets = given.pop("preset"), given.pop("sets")
    plugins, no_plugin = given.pop("plugins"), given.pop("no_plugin")
    settings = _settings(given)
    sets = (*sets, f"generation.bars={settings.bars}")
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.listener import RunReport
    from psychoscore_evaluation.evaluation import Evaluation
    from psychoscore_evaluation.report.writing import write_report

    found = discover(plugins, no_plugin)
    resolved = load_project(folder, found, preset=preset, sets=sets, required=False)
    report = RunReport("evaluate", out, found.hook, quiet=quiet)
    evaluated = Evaluation(resolved, folder, found, settings, report, sets).evaluate()
    out.mkdir(parents=True, exist_ok=True)
    for path in write_report(evaluated, out):
        click.echo(path)


def _settings(given: dict[str, Any]) -> Settings:
    """Return the checked settings; raises ConfigError, naming the option."""
    from psychoscore_evaluation.settings import PARTS, Settings

    parts = PARTS if given["only"] is None else tuple(part.strip() for part in given["only"].split(","))
    for part in parts:
        if part not in PARTS:
            raise ConfigError(f"--only: there is no part {part!r}{did_you_mean(part, PARTS)}; {', '.join(PARTS)}")
    values = {name: value for name, value in given.items() if name != "only"}
    command = shlex.join(["psyco", *sys.argv[1:]])
    try:
        return Settings(**values, parts=parts, command=command)
    except ValueError as error:
        raise ConfigError(f"--{_reason(error)}") from None


def _reason(error: ValueError) -> str:
    """Return attrs' complaint, which begins with the field's name in quotes, as one about an option."""
    name, _, rest = str(error.args[0]).partition(" ")
    return f"{name.strip(chr(39))} {rest}"
