"""`psyco plugins check PACKAGE`: run the conformance kit on an installed plugin."""

from __future__ import annotations

import json

import click
from attrs import asdict


@click.command()
@click.argument("package")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check(ctx: click.Context, package: str, as_json: bool) -> None:
    """Check every component of the plugin or distribution PACKAGE; exit code 2 when a check fails."""
    from psychoscore_core.testing.kit import check_plugin

    outcomes = check_plugin(package)
    if as_json:
        click.echo(json.dumps({"plugin": package, "outcomes": [asdict(o) for o in outcomes.outcomes]}, indent=2))
    else:
        click.echo(str(outcomes))
    ctx.exit(0 if outcomes.ok else 2)
