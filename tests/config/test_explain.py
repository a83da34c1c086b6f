"""Where a value comes from."""

from __future__ import annotations

import pytest

from psychoscore_core.config.explain import Origin
from psychoscore_core.errors import ConfigError


def origins(resolved, key):
    return [(origin.layer, origin.place.rsplit("/", 2)[-2:], origin.value) for origin in resolved.explain(key)]


def test_every_layer_that_spoke_strongest_first(load, write):
    write({"temperature": {"base_temperature": 0.51}}, "system")
    write({"temperature": {"base_temperature": 0.52}}, "user")
    config = {"preset": "tragedy", "temperature": {"base_temperature": 0.6}}
    resolved = load(config, sets=["temperature.base_temperature=0.8"])
    assert origins(resolved, "temperature.base_temperature") == [
        ("--set", ["--set"], 0.8),
        ("project", ["project", "psychoscore.json"], 0.6),
        ("user", ["user", "psychoscore.json"], 0.52),
        ("preset", ["preset tragedy"], 0.55),
        ("system", ["system", "psychoscore.json"], 0.51),
        ("default", ["default of dynamic"], 0.7),
    ]


def test_a_key_that_nobody_stated_has_its_default(load):
    assert load({}).explain("generation.takes") == [Origin(layer="default", place="default of generation", value=1)]
    assert load({}).explain("training.steps")[0].place == "default of training"
    assert load({}).explain("preset") == [Origin(layer="default", place="default of psychoscore", value=None)]


def test_the_choice_of_a_component(load):
    resolved = load({"model": "transformer"})
    assert [(o.place.rsplit("/")[-1], o.value) for o in resolved.explain("model.use")] == [
        ("psychoscore.json", "transformer"),
        ("default of psychoscore", "pianist"),
    ]
    assert "void since" in resolved.explain("model.use")[1].note


def test_the_component_of_an_entry_that_names_none(load):
    resolved = load({"datasets": {"synthetic": {}}})
    assert resolved.explain("datasets.synthetic.use") == [
        Origin(layer="default", place="the entry's name", value="synthetic")
    ]


def test_a_dropped_option_is_explained(load, write, folders):
    write({"temperature": {"base_temperature": 0.5}}, "user")
    resolved = load({"temperature": "fixed"})
    (origin,) = resolved.explain("temperature.base_temperature")
    assert origin.note == f"void since {folders / 'project' / 'psychoscore.json'} begins anew there"
    assert not resolved.in_effect("temperature.base_temperature")


def test_a_removed_entry_is_explained(load):
    resolved = load({"exporters": {"midi": None}})
    assert [(origin.layer, origin.value, bool(origin.note)) for origin in resolved.explain("exporters.midi")] == [
        ("project", None, False),
        ("default", {}, True),
    ]


def test_a_whole_subtree(load):
    resolved = load({"temperature": {"base_temperature": 0.6}})
    assert resolved.explain("temperature")[0].value == {"base_temperature": 0.6}
    assert ("temperature", "minimum") in resolved.leaves("temperature")
    assert resolved.leaves("temperature.minimum") == [("temperature", "minimum")]


def test_every_key_of_a_config_can_be_explained(load):
    resolved = load({"preset": "comedy", "datasets": {"emopia": {"path": "/data"}}, "model": "transformer"})
    for key in [leaf for top in resolved.data for leaf in resolved.leaves(top)]:
        effective = next(origin for origin in resolved.explain(key) if not origin.note)
        assert effective.value == resolved.value(key)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("temprature", "temprature: unknown key (did you mean 'temperature'?)"),
        ("temperature.base_temp", "temperature.base_temp: unknown key (did you mean 'temperature.base_temperature'?)"),
        ("name.x", "name.x: unknown key"),
        ("", "'': unknown key"),
    ],
)
def test_an_unknown_key(load, key, message):
    with pytest.raises(ConfigError) as caught:
        load({}).explain(key)
    assert str(caught.value).startswith(message)
