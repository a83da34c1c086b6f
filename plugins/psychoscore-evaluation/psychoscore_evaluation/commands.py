"""The commands `psyco evaluate` and `psyco explain`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psychoscore_core.cli.options import config_options, plugin_options
from psychoscore_core.errors import ConfigError, did_you_mean
from psychoscore_evaluation.settings import PARTS, Settings

if TYPE_CHECKING:
    from psychoscore_evaluation.explaining import Explanation
    from psychoscore_evaluation.pipeline import Pipeline

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
@click.option("--only", metavar="PART,PART", help=f"Of {', '.join(PARTS)}; else all.")
@click.option("-q", "--quiet", is_flag=True, help="Print the paths of the results only.")
@plugin_options
@config_options
def evaluate(folder: Path, out: Path, quiet: bool, **given: Any) -> None:
    """Measure whether the project's music follows the profile: numbers with 95% intervals, and a page to look at.

    Makes takes of random profiles with the project's own model, measures them, and writes evaluation.json and
    index.html; what they say in short is printed. The same command gives the same numbers.
    """
    preset, sets = given.pop("preset"), given.pop("sets")
    plugins, no_plugin = given.pop("plugins"), given.pop("no_plugin")
    settings = _settings(given)
    sets = (*sets, f"generation.bars={settings.bars}")
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.listener import RunReport
    from psychoscore_evaluation.evaluation import Evaluation
    from psychoscore_evaluation.report.spoken import spoken
    from psychoscore_evaluation.report.writing import write_report

    found = discover(plugins, no_plugin)
    resolved = load_project(folder, found, preset=preset, sets=sets, required=False)
    report = RunReport("evaluate", out, found.hook, quiet=quiet)
    evaluated = Evaluation(resolved, folder, found, settings, report, sets).evaluate()
    out.mkdir(parents=True, exist_ok=True)
    paths = write_report(evaluated, out)
    if not quiet:
        click.echo(f"{spoken(evaluated.record)}\n")
    for path in paths:
        click.echo(path)


def _settings(given: dict[str, Any]) -> Settings:
    """Return the checked settings; raises ConfigError, naming the option."""
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


@click.command()
@click.argument("profile")
@click.option("-C", "--folder", type=FOLDER, default=".", help="The project's folder, if any.")
@click.option("--bars", type=click.IntRange(4, 512), default=16, show_default=True, help="Bars of each take.")
@click.option("--seeds", type=click.IntRange(1, 64), default=5, show_default=True, help="Takes with and without each.")
@click.option("--top", type=click.IntRange(1, 57), default=3, show_default=True, help="Dimensions of an attribute.")
@click.option("--quick", is_flag=True, help="By the control map alone: no music is made.")
@click.option("--out", type=FOLDER, default="explanation", show_default=True, help="Folder to write into.")
@plugin_options
@config_options
def explain(profile: str, out: Path, top: int, quick: bool, seeds: int, **given: Any) -> None:
    """Say which dimensions of PROFILE (a JSON file, or a bundled profile's name) make its music what it is.

    By the control map, and measured: takes of the profile beside takes of it with each dimension set to neutral in
    turn. Writes explain.json and explain.png. The same command gives the same numbers.
    """
    from psychoscore_core.profile_json import read_profile
    from psychoscore_evaluation.explaining import explain as explained

    read = read_profile(profile)
    pipeline = None if quick else _pipeline(out=out, **given)
    found = explained(read, pipeline, seeds)
    about: dict[str, Any] = {"profile": profile}
    if pipeline:
        about |= {"model": pipeline.project.model.use, "bars": given["bars"]}
    _write_explained(found, Path(profile).stem, out, top, about)


def _pipeline(
    folder: Path,
    out: Path,
    bars: int,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> Pipeline:
    """Return the project's pipeline for a profile of its own: a timeline of scenes is left out."""
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.listener import RunReport
    from psychoscore_evaluation.pipeline import Pipeline

    found = discover(plugins, no_plugin)
    sets = (*sets, f"generation.bars={bars}", "generation.timeline=[]")
    resolved = load_project(folder, found, preset=preset, sets=sets, required=False)
    return Pipeline(resolved, folder, RunReport("explain", out, found.hook))


def _write_explained(found: Explanation, name: str, out: Path, top: int, about: dict[str, Any]) -> None:
    """Print an explanation, and write it as JSON and as a picture."""
    from psychoscore_core.whole_files import write_json
    from psychoscore_evaluation.explaining import record
    from psychoscore_evaluation.report.drawing import save
    from psychoscore_evaluation.report.explained import draw_explained, words

    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "explain.json", {**about, **record(found)})
    save(draw_explained(found, name, top), out / "explain.png")
    click.echo(words(found, name, top))
    click.echo("")
    for file in ("explain.json", "explain.png"):
        click.echo(out / file)
