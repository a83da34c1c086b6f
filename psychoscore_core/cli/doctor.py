"""`psyco doctor`: what is here, what works, what does not and how to get it."""

from __future__ import annotations

import json
from typing import Any

import click

from psychoscore_core.cli.options import plugin_options
from psychoscore_core.cli.table import table


@click.command()
@plugin_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(plugins: tuple[str, ...] | None, no_plugin: tuple[str, ...], as_json: bool) -> None:
    """Examine this installation: Python, packages, plugins, GPU, folders, and what can be done with them."""
    from psychoscore_core.cli.examination import examine
    from psychoscore_core.plugins import discover

    findings = examine(discover(allow=plugins, block=no_plugin))
    click.echo(json.dumps(findings, indent=2) if as_json else _text(findings))


def _text(findings: dict[str, Any]) -> str:
    sections = [
        ("System", _pairs(findings["system"])),
        ("Packages", table(("package", "version", "for"), _package_rows(findings["packages"]))),
        ("Plugins", table(("plugin", "distribution", "state"), _plugin_rows(findings["plugins"]))),
        ("Folders", _pairs(findings["folders"])),
        ("Models", table(("model", "from", "folder", "for"), _model_rows(findings["models"]))),
        ("What works", table(("", "what", "how to get it"), _ability_rows(findings["abilities"]))),
    ]
    conflicts = [f"CONFLICT: {text}" for text in findings["conflicts"]]
    return "\n".join([*(f"{title}\n{_indented(body)}\n" for title, body in sections), *conflicts]).rstrip()


def _pairs(values: dict[str, Any]) -> str:
    width = max(len(key) for key in values)
    return "\n".join(f"{key.ljust(width)}  {value}" for key, value in values.items())


def _package_rows(packages: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(p["name"], p["version"] or "not installed", p["purpose"]) for p in packages]


def _plugin_rows(plugins: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    rows = [(p["name"], f"{p['distribution']} {p['version']}", p["error"] or p["state"]) for p in plugins]
    return rows or [("none", "", "")]


def _model_rows(models: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    rows = []
    for model in models:
        rows.append((model["name"], model["found"] or "NOWHERE", model["problem"] or model["folder"], model["summary"]))
        rows += [("", f"({where})", folder, "not used") for where, folder in model["hidden"].items()]
    return rows or [("none", "", "", "")]


def _ability_rows(abilities: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [("yes" if a["works"] else "NO", a["what"], a["remedy"]) for a in abilities]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
