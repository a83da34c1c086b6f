"""`psyco plugins`: list the installed plugins, and the commands for their authors."""

from __future__ import annotations

import importlib
from typing import Any

import click

from psychoscore_core.cli.options import plugin_options
from psychoscore_core.cli.table import table
from psychoscore_core.plugins import Plugin, Plugins, discover

COMMANDS = {
    "show": ("psychoscore_core.cli.show_plugin:show", "Show a component or plugin: what it is and what it takes."),
    "new": ("psychoscore_core.cli.new_plugin:new", "Write a plugin distribution whose own tests pass at once."),
    "check": ("psychoscore_core.cli.check_plugin:check", "Run the conformance kit on an installed plugin."),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=Lazy, invoke_without_command=True)
@plugin_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def plugins(ctx: click.Context, plugins: tuple[str, ...] | None, no_plugin: tuple[str, ...], as_json: bool) -> None:
    """List the installed plugins with what they offer, or what is wrong with them."""
    if ctx.invoked_subcommand is None:
        found = discover(allow=plugins, block=no_plugin)
        click.echo(_as_json(found) if as_json else _as_text(found))


def _as_text(found: Plugins) -> str:
    rows = [(p.name, p.origin, _offers(p)) for p in found.loaded]
    rows += [(p.name, p.origin, f"BROKEN: {p.error}") for p in found.broken]
    rows += [(p.name, p.origin, "left out") for p in found.left_out]
    if not rows:
        return "no plugins are installed; the built-in ones come with: pip install -r requirements.txt"
    conflicts = [f"CONFLICT: {text}" for text in found.conflicts()]
    return "\n".join([table(("plugin", "distribution", "offers"), sorted(rows)), *conflicts])


def _offers(plugin: Plugin) -> str:
    by_kind: dict[str, list[str]] = {}
    for kind, offer in plugin.offers:
        by_kind.setdefault(kind, []).append(offer.name)
    return "; ".join(f"{kind} {', '.join(names)}" for kind, names in by_kind.items()) or "notices only"


def _as_json(found: Plugins) -> str:
    import json

    states = (("loaded", found.loaded), ("broken", found.broken), ("left out", found.left_out))
    listed = [_record(plugin, state) for state, plugins in states for plugin in plugins]
    return json.dumps({"plugins": listed, "conflicts": found.conflicts()}, indent=2)


def _record(plugin: Plugin, state: str) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": state,
        "error": plugin.error,
        "offers": [{"kind": kind, "name": offer.name} for kind, offer in plugin.offers],
    }
