"""`psyco run`: walk the whole project."""

from __future__ import annotations

from pathlib import Path

import click

from psychoscore_core.cli.options import config_options, plugin_options


@click.command()
@click.option("-C", "--folder", type=click.Path(path_type=Path), default=".", help="The project's folder.")
@plugin_options
@config_options
@click.option("--from", "first", metavar="STAGE", help="Do this stage and all after it anew.")
@click.option("--until", "last", metavar="STAGE", help="Stop after this stage.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print the artifacts' paths only.")
def run(
    folder: Path,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
    first: str | None,
    last: str | None,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Make music from the project in this folder: train what has to be trained, then sample and export.

    Stages whose inputs have not changed are kept; a run that was stopped goes on where it was.
    """
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.follow import follow, follows
    from psychoscore_core.run.runner import plan_run, walk

    found = discover(plugins, no_plugin)
    resolved = load_project(folder, found, preset=preset, sets=sets)
    planned = plan_run(resolved, folder, first, last)
    if dry_run:
        click.echo(f"run {planned.id} in {planned.folder.path}")
        for step in planned.steps:
            state = f"keep ({planned.done[step.name]})" if step.name in planned.done else "do"
            click.echo(f"  {step.name:<10} {step.fingerprint}  {state}")
        return
    if follows():
        follow(planned)
        return
    artifacts = walk(planned, resolved, found, quiet=quiet)
    kept = [step.name for step in planned.steps if step.name in planned.done]
    if kept and not quiet:
        click.echo(f"unchanged, kept: {', '.join(kept)}", err=True)
    for artifact in artifacts:
        click.echo(artifact.path)
