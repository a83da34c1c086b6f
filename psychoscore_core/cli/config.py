"""`psyco config`: what the config resolves to, where each value comes from, and what there is to set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from psychoscore_core.cli.options import config_options, plugin_options

if TYPE_CHECKING:
    from psychoscore_core.config.explain import Origin, Resolved
    from psychoscore_core.config.merge import Key

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _folder_option(command: Decorated) -> Decorated:
    return click.option("-C", "--folder", type=click.Path(path_type=Path), default=".", help="The project's folder.")(
        command
    )


@click.group()
def config() -> None:
    """Show the resolved config and where it comes from."""


@config.command()
@_folder_option
@plugin_options
@config_options
def show(
    folder: Path,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> None:
    """Print the resolved config as JSON, the default of every option included."""
    resolved = _load(folder, plugins, no_plugin, preset, sets)
    click.echo(json.dumps(resolved.data, indent=2))


@config.command()
@click.argument("key")
@_folder_option
@plugin_options
@config_options
def explain(
    key: str,
    folder: Path,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> None:
    """Say which file set KEY (temperature.base_temperature, or temperature for all below) and what it overrode."""
    resolved = _load(folder, plugins, no_plugin, preset, sets)
    resolved.explain(key)  # an unknown key is an error before anything is printed
    for leaf in resolved.leaves(key):
        click.echo("\n".join(_explained(resolved, leaf)))


@config.command()
@plugin_options
def schema(plugins: tuple[str, ...] | None, no_plugin: tuple[str, ...]) -> None:
    """Print a JSON Schema of psychoscore.json with the installed plugins' options, for editors."""
    from psychoscore_core.config.schema import project_schema
    from psychoscore_core.plugins import discover

    click.echo(json.dumps(project_schema(discover(plugins, no_plugin)), indent=2))


def _load(
    folder: Path,
    plugins: tuple[str, ...] | None,
    no_plugin: tuple[str, ...],
    preset: str | None,
    sets: tuple[str, ...],
) -> Resolved:
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover

    return load_project(folder, discover(plugins, no_plugin), preset=preset, sets=sets)


def _explained(resolved: Resolved, key: Key) -> list[str]:
    origins = resolved.explain(key)
    name = ".".join(key)
    if not resolved.in_effect(key):
        return [f"{name} is not in effect", *(f"  stated   {_place(origin)}: {_value(origin)}" for origin in origins)]
    effective = next(origin for origin in origins if not origin.note)
    overridden = [f"  over     {_place(origin)}: {_value(origin)}" for origin in origins if origin is not effective]
    return [f"{name} = {json.dumps(resolved.value(key))}", f"  set by   {_place(effective)}", *overridden]


def _place(origin: Origin) -> str:
    return f"{origin.place} ({origin.layer})" if origin.layer in ("project", "user", "system") else origin.place


def _value(origin: Origin) -> str:
    return json.dumps(origin.value) + (f" ({origin.note})" if origin.note else "")
