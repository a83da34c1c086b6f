"""The kit's own rules: which checks run, how they are skipped, what a report says."""

import sys
import types

import pytest
from attrs import frozen

from psychoscore_core import Component, hookimpl
from psychoscore_core.errors import PluginError
from psychoscore_core.testing import check_plugin, checks_for, conformance


@frozen(kw_only=True)
class EvenConfig:
    """One temperature.

    level: the temperature; above 0.
    """

    level: float = 1.0


class Even:
    def __init__(self, config):
        self.level = config.level

    def temperatures(self, profile, bars):
        return [self.level] * bars


@pytest.fixture
def plugin(monkeypatch, site):
    """A plugin module with one good temperature scheduler."""
    module = types.ModuleType("even_plugin")

    @hookimpl
    def psyco_temperature_schedulers():
        yield Component(name="even", factory="even_plugin:Even", config=EvenConfig, summary="Always the same.")

    module.psyco_temperature_schedulers = psyco_temperature_schedulers
    module.Even = Even
    (site / "even_plugin.py").write_text("import json\n")  # what a process of its own imports
    monkeypatch.setitem(sys.modules, "even_plugin", module)
    return module


def test_a_good_plugin_passes_every_check(plugin):
    outcomes = check_plugin(plugin)
    assert [outcome.check for outcome in outcomes.outcomes] == list(checks_for("temperature"))
    assert outcomes.ok, str(outcomes)


def test_a_failed_check_is_listed_with_its_reason(plugin):
    outcomes = check_plugin(plugin, configs={"temperature:even": EvenConfig(level=-1.0)})
    assert [outcome.check for outcome in outcomes.failures] == ["temperatures-are-positive"]
    with pytest.raises(AssertionError, match="gives -1.0, not a finite number above 0"):
        outcomes.raise_for_failures()


def test_a_skip_is_printed_with_its_reason(plugin):
    outcomes = check_plugin(plugin, skip={"one-temperature-a-bar": "known to be short"})
    assert "skipped temperature:even  one-temperature-a-bar: known to be short" in str(outcomes)


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_skip_without_a_reason_is_an_error(plugin, reason):
    with pytest.raises(ValueError, match="skip: one-temperature-a-bar needs a reason"):
        check_plugin(plugin, skip={"one-temperature-a-bar": reason})


def test_an_unknown_check_in_skip_is_an_error(plugin):
    meant = r"there is no check 'one-temperature-bar' for this plugin \(did you mean 'one-temperature-a-bar'\?\)"
    with pytest.raises(ValueError, match=meant):
        check_plugin(plugin, skip={"one-temperature-bar": "because"})


def test_a_check_of_another_kind_cannot_be_skipped(plugin):
    with pytest.raises(ValueError, match="there is no check 'loss-is-a-finite-scalar' for this plugin"):
        check_plugin(plugin, skip={"loss-is-a-finite-scalar": "because"})


def test_a_config_for_what_is_not_offered_is_an_error(plugin):
    with pytest.raises(ValueError, match="configs: the plugin offers no 'temperature:evn'"):
        check_plugin(plugin, configs={"temperature:evn": EvenConfig()})


def test_a_broken_plugin_is_an_error(plugin):
    plugin.psyco_raters = hookimpl(lambda: None)
    with pytest.raises(PluginError, match="even_plugin: psyco_raters gives None, not an iterable of Component"):
        check_plugin(plugin)


def test_an_installed_plugin_is_checked_by_name(install):
    install("psycho-toy", "@hookimpl\ndef psyco_raters():\n    yield component('toy')\n")
    failed = {outcome.check for outcome in check_plugin("psycho-toy").failures}
    assert "builds-from-its-config" in failed
    assert "config-is-frozen" not in failed


def test_an_unknown_name_is_an_error(install):
    install("psycho-toy", "")
    with pytest.raises(
        PluginError, match=r"no installed plugin is called 'psycho-tou' \(did you mean 'psycho-toy'\?\)"
    ):
        check_plugin("psycho-tou")


def test_pytest_gets_one_case_a_check(plugin):
    mark = conformance(plugin).pytestmark[0]
    assert [case.id for case in mark.args[1]] == [f"temperature:even-{name}" for name in checks_for("temperature")]


def test_pytest_skips_with_the_stated_reason(plugin):
    test = conformance(plugin, skip={"one-temperature-a-bar": "known to be short"})
    subject = test.pytestmark[0].args[1][0].values[0]
    with pytest.raises(pytest.skip.Exception, match="known to be short"):
        test(subject, "one-temperature-a-bar")


def test_pytest_fails_with_what_is_wrong(plugin):
    test = conformance(plugin, configs={"temperature:even": EvenConfig(level=-1.0)})
    subject = test.pytestmark[0].args[1][0].values[0]
    with pytest.raises(AssertionError, match="temperatures-are-positive: gives -1.0"):
        test(subject, "temperatures-are-positive")
