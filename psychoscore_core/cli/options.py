"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def plugin_options(command: Decorated) -> Decorated:
    """Add --plugins and --no-plugin: keyword arguments `plugins` (tuple, or None if not given) and `no_plugin`.

    Pass them on as `discover(allow=plugins, block=no_plugin)`.
    """
    command = click.option(
        "--no-plugin",
        multiple=True,
        metavar="NAME",
        callback=_names,
        help="Leave a plugin out (plugin or distribution name; may be repeated).",
    )(command)
    return click.option(
        "--plugins",
        multiple=True,
        metavar="NAME,NAME",
        callback=_allowed,
        help="Use only these third-party plugins; the built-in ones stay.",
    )(command)


def config_options(command: Decorated) -> Decorated:
    """Add --preset and --set: keyword arguments `preset` (str or None) and `sets` (tuple of "a.b=c")."""
    command = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set one config key, over every file (may be repeated).",
    )(command)
    return click.option("--preset", metavar="NAME", help="Use this preset instead of the project's.")(command)


def _names(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _allowed(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    return _names(context, parameter, values) if values else None
