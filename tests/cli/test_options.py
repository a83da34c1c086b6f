"""Options that commands share."""

import click
import pytest
from click.testing import CliRunner

from psychoscore_core.cli.options import config_options, plugin_options


@click.command()
@plugin_options
@config_options
def told(**given):
    click.echo(repr(given))


CASES = {
    "": {"plugins": None, "no_plugin": (), "preset": None, "sets": ()},
    "--plugins a,b --plugins c": {"plugins": ("a", "b", "c")},
    "--plugins=": {"plugins": ()},
    "--no-plugin x --no-plugin y,z": {"no_plugin": ("x", "y", "z")},
    "--preset tragedy --set a.b=1,2 --set c=d": {"preset": "tragedy", "sets": ("a.b=1,2", "c=d")},
}


@pytest.mark.parametrize("line", CASES)
def test_options_arrive_as_keywords(line):
    output = CliRunner().invoke(told, line.split()).output
    assert eval(output) == CASES[""] | CASES[line]
