"""`psyco plugins show NAME`: what a component is, where it comes from and which options it takes."""

from __future__ import annotations

import json
from typing import Any

import click
from attrs import NOTHING

from psychoscore_core.cli.options import plugin_options
from psychoscore_core.cli.table import table
from psychoscore_core.component import Component, Preset, ShippedModel
from psychoscore_core.errors import PluginError, did_you_mean
from psychoscore_core.option_docs import options_of
from psychoscore_core.plugins import Plugin, Plugins, discover


@click.command()
@click.argument("name")
@plugin_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, plugins: tuple[str, ...] | None, no_plugin: tuple[str, ...], as_json: bool) -> None:
    """Show a component, a plugin or a preset: NAME, or KIND:NAME where several share a name."""
    found = discover(allow=plugins, block=no_plugin)
    records = _matching(found, name)
    if not records:
        raise PluginError(_unknown(found, name))
    click.echo(json.dumps(records, indent=2, default=str) if as_json else "\n\n".join(_text(r) for r in records))


def _matching(found: Plugins, name: str) -> list[dict[str, Any]]:
    kind, _, wanted = name.rpartition(":")
    records = [
        _offer(offered, offer)
        for plugin in found.loaded
        for offered, offer in plugin.offers
        if offer.name == wanted and kind in ("", offered)
    ]
    plugins = [p for p in (*found.loaded, *found.broken, *found.left_out) if name in (p.name, p.distribution)]
    return records + [_plugin(plugin) for plugin in plugins if kind == ""]


def _unknown(found: Plugins, name: str) -> str:
    offers = {f"{kind}:{offer.name}" for p in found.loaded for kind, offer in p.offers}
    known = offers | {text.split(":")[1] for text in offers} | {p.name for p in found.loaded}
    text = f"nothing installed is called {name!r}{did_you_mean(name, sorted(known))}"
    return text + "".join(f"; the plugin {p.name} ({p.origin}) is broken: {p.error}" for p in found.broken)


def _offer(kind: str, offer: Any) -> dict[str, Any]:
    record = {"kind": kind, "name": offer.name}
    if isinstance(offer, Component):
        record |= {"summary": offer.summary, "origin": offer.origin, "version": offer.version}
        return record | {"factory": offer.factory, "options": _options(offer.config)}
    if isinstance(offer, Preset):
        return record | {"summary": offer.summary, "origin": offer.origin, "config": offer.config}
    if isinstance(offer, ShippedModel):
        return record | {"summary": offer.summary, "origin": offer.origin, "package": offer.package}
    return record | {"summary": offer.get_short_help_str()}


def _options(config: type) -> list[dict[str, Any]]:
    return [
        {"name": o.name, "type": o.type, "default": o.default, "doc": o.doc}
        if o.default is not NOTHING
        else {"name": o.name, "type": o.type, "doc": o.doc}
        for o in options_of(config)
    ]


def _plugin(plugin: Plugin) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": "plugin", "name": plugin.name, "origin": plugin.origin}
    if plugin.error:
        return record | {"error": plugin.error}
    return record | {"offers": [f"{kind}:{offer.name}" for kind, offer in plugin.offers]}


def _text(record: dict[str, Any]) -> str:
    record = dict(record)
    options = record.pop("options", None)
    lines = [f"{record.pop('kind')} {record.pop('name')}"]
    lines += [f"  {key}: {', '.join(value) if isinstance(value, list) else value}" for key, value in record.items()]
    if options:
        rows = [(f"  {o['name']}", o["type"], json.dumps(o.get("default"), default=str), o["doc"]) for o in options]
        lines += ["", table(("  option", "type", "default", "meaning"), rows)]
    return "\n".join(lines)
