"""The presets that ship with the core."""

from __future__ import annotations

import pytest

from psychoscore_core.config.preset_files import bundled_presets

NAMES = ("comedy", "experimental", "tragedy")


def test_three_presets_ship():
    assert tuple(bundled_presets()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_valid_and_says_what_it_is(load, name):
    assert len(bundled_presets()[name].summary) > 20
    assert load({"preset": name}).project.preset == name


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_fits_the_real_components(name):
    from psychoscore_core.plugins import discover

    plugins = discover()
    config = bundled_presets()[name].config
    for slot in ("temperature", "sampler"):
        options = {key: value for key, value in config[slot].items() if key != "use"}
        made = plugins.component(slot, config[slot]["use"]).config(**options)
        assert {key: getattr(made, key) for key in options} == options


def test_a_comedy_is_quicker_and_warmer_than_a_tragedy(load):
    comedy, tragedy = (load({"preset": name}).project for name in ("comedy", "tragedy"))
    assert comedy.generation.tempo > tragedy.generation.tempo
    assert comedy.temperature.options.base_temperature > tragedy.temperature.options.base_temperature
