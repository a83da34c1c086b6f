"""Discovery: what is found, allowed and blocked."""

import sys

import pytest

from psychoscore_core.errors import PluginError
from psychoscore_core.plugins import BUILT_IN, discover
from psychoscore_core.testing.installing import install_into

DUSK = """
@hookimpl
def psyco_temperature_schedulers():
    yield component("dusk")
"""


def test_an_installed_plugin_is_found_with_its_origin(install):
    install("psycho-dusk", DUSK, version="2.5")
    assert discover().component("temperature", "dusk").origin == "psycho-dusk 2.5"


def test_a_record_names_plugin_distribution_and_version(install):
    install("psycho-dusk", DUSK, version="2.5", entry="dusk-plugin")
    plugin = next(p for p in discover().loaded if p.name == "dusk-plugin")
    assert (plugin.distribution, plugin.version, plugin.error) == ("psycho-dusk", "2.5", "")


def test_components_are_sorted_by_name(install):
    install("psycho-dusk", DUSK + '    yield component("afterglow")\n')
    names = list(discover().components("temperature"))
    assert names == sorted(names)
    assert {"afterglow", "dusk"} <= set(names)


@pytest.mark.parametrize("allowed", ["dusk-plugin", "psycho-dusk", "Psycho_Dusk"])
def test_the_allow_list_takes_plugin_and_distribution_names(install, allowed):
    install("psycho-dusk", DUSK, entry="dusk-plugin")
    install("psycho-dawn", DUSK.replace("dusk", "dawn"))
    found = discover(allow=[allowed])
    assert "dusk" in found.components("temperature")
    assert "dawn" not in found.components("temperature")
    assert [p.distribution for p in found.left_out] == ["psycho-dawn"]


@pytest.mark.parametrize("choice", [{"allow": []}, {"block": ["psycho-dusk"]}])
def test_a_plugin_that_is_not_wanted_is_not_imported(install, choice):
    install("psycho-dusk", DUSK)
    discover(**choice)
    assert "psycho_dusk" not in sys.modules


def test_an_empty_allow_list_keeps_the_built_ins(install):
    install("psycho-dusk", DUSK)
    everything = {p.distribution for p in discover().loaded}
    assert {p.distribution for p in discover(allow=[]).loaded} == everything & set(BUILT_IN)


def test_a_blocked_plugin_is_left_out(install):
    install("psycho-dusk", DUSK)
    with pytest.raises(PluginError, match="left out by --plugins or --no-plugin: psycho-dusk"):
        discover(block=["psycho-dusk"]).component("temperature", "dusk")


def test_a_built_in_can_be_blocked(install):
    install("psychoscore-rules", DUSK.replace("temperature_schedulers", "raters"))
    assert "dusk" not in discover(block=["psychoscore-rules"]).components("rater")


@pytest.mark.parametrize("given", [{"allow": ["psycho-dust"]}, {"block": ["psycho-dust"]}])
def test_an_unknown_name_is_an_error(install, given):
    install("psycho-dusk", DUSK)
    meant = r"no installed plugin is called 'psycho-dust' \(did you mean 'psycho-dusk'\?\)"
    with pytest.raises(PluginError, match=meant):
        discover(**given)


def test_a_missing_component_suggests_a_close_name(install):
    install("psycho-dusk", DUSK)
    with pytest.raises(PluginError, match=r"no plugin offers the temperature 'dsuk' \(did you mean 'dusk'\?\)"):
        discover().component("temperature", "dsuk")


def test_a_missing_built_in_names_what_brings_it(install, monkeypatch):
    monkeypatch.setattr("psychoscore_core.plugins.installed", list)
    with pytest.raises(PluginError, match="it comes with psychoscore-remi: pip install psychoscore-remi"):
        discover().component("tokenizer", "remi")


def test_a_missing_component_quotes_a_broken_plugin(install):
    install("psycho-dusk", "raise ValueError('no moon')")
    with pytest.raises(PluginError, match=r"psycho-dusk \(psycho-dusk 1.0\) is broken: ValueError: no moon"):
        discover().component("temperature", "dusk")


def test_an_unknown_kind_is_an_error():
    with pytest.raises(PluginError, match=r"no kind of component 'temprature' \(did you mean 'temperature'\?\)"):
        discover().components("temprature")


def test_a_built_in_offers_what_its_line_says(install):
    for plugin in discover().loaded:
        if plugin.distribution in BUILT_IN:
            offers = {f"{kind}:{offer.name}" for kind, offer in plugin.offers if kind not in ("preset", "command")}
            assert offers == set(BUILT_IN[plugin.distribution]), plugin.distribution


def test_the_first_of_two_installed_versions_counts(install, tmp_path, monkeypatch):
    install("psycho-dusk", DUSK, version="1.0")
    install_into(tmp_path / "older", "psycho-dusk", {}, {"old": "psycho_dusk"}, version="0.9")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "older")])
    assert [p.version for p in discover().loaded if p.distribution == "psycho-dusk"] == ["1.0"]
