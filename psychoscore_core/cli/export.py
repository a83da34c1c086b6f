"""`psyco export`: a trained model in another format, and whether such an export is what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from psychoscore_core.cli.options import config_options, plugin_options

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _options(command: Decorated) -> Decorated:
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but problems."),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            default="exports",
            show_default=True,
            help="The folder to write into; each exporter makes one of its own there.",
        ),
        click.option(
            "--checkpoint",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="A trained checkpoint; else the model that the project has trained, names, or comes with.",
        ),
        click.option("-C", "--folder", type=click.Path(path_type=Path), default=".", help="The project's folder."),
    ):
        command = option(command)
    return plugin_options(config_options(command))


class Exports(click.Group):
    """`verify`, and one command for each exporter, made when it is asked for: no plugin is loaded to show --help."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands or cmd_name.startswith("-"):
            return super().get_command(ctx, cmd_name)

        @_options
        def one(**given: Any) -> None:
            _export(cmd_name, **given)

        return click.command(cmd_name, help=f"Write a trained model with the exporter {cmd_name}.")(one)


@click.group(cls=Exports, invoke_without_command=True, subcommand_metavar="[EXPORTER | verify FOLDER]")
@_options
@click.pass_context
def export(ctx: click.Context, /, **given: Any) -> None:
    """Write a trained model with EXPORTER, as in `psyco export onnx`, or with every one that the project configures.

    An exporter's options are the config's: --set exporters.onnx.quantization=int8.
    """
    if ctx.invoked_subcommand is None:
        _export(None, **given)
        return
    lost = [name for name in given if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if lost:
        raise click.UsageError(f"options stand behind the name: psyco export {ctx.invoked_subcommand} ...", ctx)


@export.command()
@click.argument("folder", type=click.Path(path_type=Path))
@plugin_options
@click.pass_context
def verify(ctx: click.Context, folder: Path, plugins: tuple[str, ...] | None, no_plugin: tuple[str, ...]) -> None:
    """Examine an exported FOLDER, one line a file; exit code 2 where a file is not what was written."""
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.exporting import verify as examine

    findings = examine(folder, discover(plugins, no_plugin))
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.file}: {finding.text}")
    ctx.exit(0 if all(finding.ok for finding in findings) else 2)


def _export(
    name: str | None,
    folder: Path,
    checkpoint: Path | None,
    output: Path,
    quiet: bool,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> None:
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.exporting import export_model

    found = discover(plugins, no_plugin)
    wanted = (f"exporters.{name}={{}}",) if name else ()
    resolved = load_project(folder, found, preset=preset, sets=(*wanted, *sets), required=False)
    for artifact in export_model(resolved, folder, output, name, checkpoint):
        if not quiet:
            click.echo(artifact.path)
