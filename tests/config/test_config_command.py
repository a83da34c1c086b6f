"""psyco config show, explain and schema."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from psychoscore_core import plugins
from psychoscore_core.cli.config import config
from psychoscore_core.errors import ConfigError


@pytest.fixture
def psyco(monkeypatch, catalogue, folders):
    """Run `psyco config` in the project folder and return its output; note what was asked of discover()."""

    def discover(allow=None, block=()):
        asked.append((allow, tuple(block)))
        return catalogue

    def run(*arguments):
        return CliRunner().invoke(config, arguments, catch_exceptions=False, standalone_mode=False).output

    asked = run.asked = []
    monkeypatch.setattr(plugins, "discover", discover)
    monkeypatch.chdir(folders / "project")
    return run


def test_show_prints_the_resolved_config(psyco, write):
    write({"name": "hamlet", "temperature": {"base_temperature": 0.6}})
    shown = json.loads(psyco("show", "--preset", "tragedy", "--set", "generation.bars=8"))
    assert (shown["name"], shown["preset"]) == ("hamlet", "tragedy")
    assert (shown["temperature"]["base_temperature"], shown["generation"]["bars"]) == (0.6, 8)


def test_show_of_another_folder(psyco, write, folders):
    write({"name": "ophelia"}, "user")
    assert json.loads(psyco("show", "-C", str(folders / "user")))["name"] == "ophelia"


def test_show_passes_plugins_on(psyco, write):
    write({})
    psyco("show", "--plugins", "a,b", "--no-plugin", "c")
    assert psyco.asked == [(("a", "b"), ("c",))]


def test_explain_says_who_set_a_value_over_what(psyco, write):
    write({"name": "hamlet", "preset": "tragedy", "temperature": {"base_temperature": 0.6}})
    assert psyco("explain", "temperature.base_temperature") == (
        "temperature.base_temperature = 0.6\n"
        "  set by   psychoscore.json (project)\n"
        "  over     preset tragedy: 0.55\n"
        "  over     default of dynamic: 0.7\n"
    )


def test_explain_a_default(psyco, write):
    write({})
    assert psyco("explain", "generation.takes") == "generation.takes = 1\n  set by   default of generation\n"


def test_explain_a_subtree(psyco, write):
    write({"generation": {"bars": 8}})
    lines = psyco("explain", "generation").splitlines()
    assert "generation.bars = 8" in lines
    assert "generation.takes = 1" in lines


def test_explain_what_is_not_in_effect(psyco, write):
    write({"exporters": {"midi": None}})
    assert psyco("explain", "exporters.midi") == (
        "exporters.midi is not in effect\n"
        "  stated   psychoscore.json (project): null\n"
        "  stated   default of psychoscore: {} (void since psychoscore.json begins anew there)\n"
    )


def test_explain_an_unknown_key(psyco, write):
    write({})
    with pytest.raises(ConfigError, match="temprature: unknown key \\(did you mean 'temperature'\\?\\)"):
        psyco("explain", "temprature")


def test_schema_needs_no_project(psyco):
    assert json.loads(psyco("schema"))["title"] == "psychoscore.json"


@pytest.mark.parametrize("command", [["show"], ["explain", "name"]])
def test_the_others_do(psyco, command):
    with pytest.raises(ConfigError, match=r"\.: no psychoscore\.json in this folder"):
        psyco(*command)
