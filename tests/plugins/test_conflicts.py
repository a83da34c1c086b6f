"""Two plugins that offer one name: both are named, whatever the order in which they were installed."""

import pytest

from psychoscore_core.errors import PluginError
from psychoscore_core.plugins import discover

DUSK = """
@hookimpl
def psyco_raters():
    yield component("dusk")
    yield component("only-{0}")

@hookimpl
def psyco_presets():
    yield Preset(name="night", summary="Dark.", config={{}})
"""
BOTH = "rater 'dusk' is offered by psycho-alder 1.0 and psycho-birch 2.0; leave one of them out"


@pytest.fixture(params=[("alder", "birch"), ("birch", "alder")])
def plugins(request, install):
    for name in request.param:
        install(f"psycho-{name}", DUSK.format(name), version="1.0" if name == "alder" else "2.0")
    return discover()


def test_wanting_the_name_is_an_error(plugins):
    with pytest.raises(PluginError, match=BOTH):
        plugins.component("rater", "dusk")


def test_asking_the_table_for_the_name_is_an_error(plugins):
    with pytest.raises(PluginError, match=BOTH):
        _ = "dusk" in plugins.components("rater")


def test_other_names_of_the_kind_stay(plugins):
    assert {"only-alder", "only-birch"} <= set(plugins.components("rater"))
    assert "dusk" not in list(plugins.components("rater"))


def test_a_preset_is_in_conflict_too(plugins):
    with pytest.raises(PluginError, match="preset 'night' is offered by psycho-alder 1.0 and psycho-birch 2.0"):
        plugins.presets()["night"]


def test_every_conflict_is_listed(plugins):
    assert len([text for text in plugins.conflicts() if "psycho-alder" in text]) == 2


def test_leaving_one_out_resolves_it(plugins):
    assert discover(block=["psycho-birch"]).component("rater", "dusk").origin == "psycho-alder 1.0"


def test_the_remedy_never_names_a_built_in(install):
    install("psycho-aaa", DUSK.format("x").replace("dusk", "statistics"))  # a name that a built-in rater has
    with pytest.raises(PluginError, match="--no-plugin psycho-aaa"):
        discover().component("rater", "statistics")
