"""Building a component: the factory is imported here, and every failure names the component."""

import pytest

from psychoscore_core import Component
from psychoscore_core.building import build, factory_of
from psychoscore_core.errors import DataError, PluginError


def component(factory):
    return Component(name="thing", factory=factory, config=dict, summary="A thing.", origin="psycho-thing 1.0")


@pytest.fixture
def thing(site):
    def write(source):
        (site / "thing_code.py").write_text(source)
        return component("thing_code:Thing")

    return write


def test_a_component_is_built_from_config_and_facts(thing):
    source = "class Thing:\n    def __init__(self, config, **facts): self.got = config, facts"
    made = build(thing(source), {"a": 1}, size=3)
    assert made.got == ({"a": 1}, {"size": 3})


def test_a_missing_package_is_named_with_its_pip_line(thing):
    wanted = r"thing \(psycho-thing 1.0\) needs the package 'nowhere', which is not installed: pip install nowhere"
    with pytest.raises(PluginError, match=wanted):
        build(thing("import nowhere.deep"), {})


def test_a_missing_package_names_the_extra_that_brings_it(thing, install, site):
    install("psycho-thing", "")
    with (site / "psycho_thing-1.0.dist-info" / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: nowhere>=2; extra == 'deep'\nProvides-Extra: deep\n")
    with pytest.raises(PluginError, match=r"pip install 'psycho-thing\[deep\]'"):
        build(thing("import nowhere"), {})


def test_a_package_missing_while_building_is_named_too(thing):
    source = "class Thing:\n    def __init__(self, config): import nowhere"
    with pytest.raises(PluginError, match="needs the package 'nowhere'"):
        build(thing(source), {})


def test_an_import_that_fails_otherwise_is_quoted(thing):
    with pytest.raises(PluginError, match="cannot be imported: ImportError: cannot import name 'nothing'"):
        factory_of(thing("from os import nothing"))


def test_a_missing_factory_module_is_no_missing_package():
    wanted = r"its factory nowhere.code:Thing is not there: No module named 'nowhere'"
    with pytest.raises(PluginError, match=wanted):
        factory_of(component("nowhere.code:Thing"))


def test_a_missing_class_is_named(thing):
    with pytest.raises(PluginError, match=r"thing \(psycho-thing 1.0\): thing_code has no 'Thing'"):
        factory_of(thing("class Other: pass"))


def test_code_that_fails_at_import_is_quoted(thing):
    with pytest.raises(PluginError, match="cannot be imported: ZeroDivisionError: division by zero"):
        factory_of(thing("1 / 0"))


def test_a_constructor_that_fails_is_quoted(thing):
    with pytest.raises(PluginError, match=r"thing \(psycho-thing 1.0\) cannot be built: KeyError: 'path'"):
        build(thing("class Thing:\n    def __init__(self, config): config['path']"), {})


def test_our_own_errors_pass_through(thing):
    source = "from psychoscore_core.errors import DataError\ndef Thing(config): raise DataError('no corpus')"
    with pytest.raises(DataError, match="no corpus"):
        build(thing(source), {})
