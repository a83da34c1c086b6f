"""`psyco plugins`, `plugins show` and `plugins check`."""

import json

import pytest

DUSK = """
@hookimpl
def psyco_raters():
    yield component("dusk")
"""


def listed(done):
    return {plugin["name"]: plugin for plugin in json.loads(done.stdout)["plugins"]}


def test_the_table_says_what_a_plugin_offers(psyco, install):
    install("psycho-dusk", DUSK, version="2.5")
    row = next(line for line in psyco("plugins").stdout.splitlines() if line.startswith("psycho-dusk"))
    assert row.split() == ["psycho-dusk", "psycho-dusk", "2.5", "rater", "dusk"]


def test_the_table_says_what_is_wrong(psyco, install):
    install("psycho-bad", "raise ValueError('no moon')")
    assert "BROKEN: ValueError: no moon" in psyco("plugins").stdout


def test_the_table_lists_conflicts(psyco, install):
    install("psycho-dusk", DUSK)
    install("psycho-dawn", DUSK)
    assert "CONFLICT: rater 'dusk' is offered by psycho-dawn 1.0 and psycho-dusk 1.0" in psyco("plugins").stdout


def test_json_tells_the_same(psyco, install):
    install("psycho-dusk", DUSK)
    install("psycho-bad", "raise ValueError('no moon')")
    plugins = listed(psyco("plugins", "--json", "--no-plugin", "psycho-dusk"))
    assert plugins["psycho-dusk"]["state"] == "left out"
    assert (plugins["psycho-bad"]["state"], "no moon" in plugins["psycho-bad"]["error"]) == ("broken", True)


def test_the_allow_list_leaves_the_others_out(psyco, install):
    install("psycho-dusk", DUSK)
    install("psycho-dawn", DUSK.replace("dusk", "dawn"))
    plugins = listed(psyco("plugins", "--plugins", "psycho-dusk", "--json"))
    assert (plugins["psycho-dusk"]["state"], plugins["psycho-dawn"]["state"]) == ("loaded", "left out")


def test_an_unknown_plugin_is_an_error(psyco, install):
    install("psycho-dusk", DUSK)
    done = psyco("plugins", "--plugins", "psycho-dsuk")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: no installed plugin is called 'psycho-dsuk' (did you mean 'psycho-dusk'?)\n"


@pytest.mark.parametrize("name", ["dusk", "rater:dusk"])
def test_show_tells_what_a_component_takes(psyco, install, name):
    install("psycho-dusk", DUSK)
    shown = psyco("plugins", "show", name).stdout
    assert "rater dusk\n  summary: A toy.\n  origin: psycho-dusk 1.0" in shown
    assert "  level   float  0.5      how much of it; 0 to 1." in shown


def test_show_json_has_the_options(psyco, install):
    install("psycho-dusk", DUSK)
    record = json.loads(psyco("plugins", "show", "dusk", "--json").stdout)[0]
    option = {"name": "level", "type": "float", "default": 0.5, "doc": "how much of it; 0 to 1."}
    assert (record["factory"], record["options"]) == ("somewhere.deep:Class", [option])


def test_show_tells_what_a_plugin_offers(psyco, install):
    install("psycho-dusk", DUSK)
    assert (
        "plugin psycho-dusk\n  origin: psycho-dusk 1.0\n  offers: rater:dusk"
        in psyco("plugins", "show", "psycho-dusk").stdout
    )


def test_show_of_an_unknown_name_suggests_one(psyco, install):
    install("psycho-dusk", DUSK)
    done = psyco("plugins", "show", "dsuk")
    assert (done.returncode, done.stderr) == (2, "error: nothing installed is called 'dsuk' (did you mean 'dusk'?)\n")


def test_check_prints_every_check_and_exits_2_on_a_failure(psyco, install):
    install("psycho-dusk", DUSK)
    done = psyco("plugins", "check", "psycho-dusk")
    assert done.returncode == 2
    assert "passed  rater:dusk  config-is-frozen" in done.stdout
    assert "failed  rater:dusk  builds-from-its-config: PluginError: dusk (psycho-dusk 1.0): its factory" in done.stdout


def test_check_exits_0_when_all_is_well(psyco, install):
    sound = DUSK.replace("yield component", "return []  # ")
    install("psycho-dusk", sound)
    done = psyco("plugins", "check", "psycho-dusk", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"plugin": "psycho-dusk", "outcomes": []})


def test_check_of_an_unknown_plugin_is_an_error(psyco):
    done = psyco("plugins", "check", "psycho-dusk")
    assert (done.returncode, done.stderr) == (2, "error: no installed plugin is called 'psycho-dusk'\n")
