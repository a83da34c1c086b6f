"""The README's example is a project, and its tables hold every option."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import fields

from psychoscore_compound_word.plugin import (
    CompoundWordConfig,
    CompoundWordModelConfig,
    EmotionConfig,
    psyco_presets,
)

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_example_uses_the_preset():
    (preset,) = psyco_presets()
    assert json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])["preset"] == preset.name


@pytest.mark.parametrize("config", [CompoundWordConfig, CompoundWordModelConfig, EmotionConfig])
def test_every_config_key_stands_in_a_table(config):
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    assert [f.name for f in fields(config) if f"`{f.name}`" not in table] == []


def test_the_preset_draws_families_of_the_tokenizer():
    from psychoscore_compound_word.layout import FAMILIES

    (preset,) = psyco_presets()
    assert set(preset.config["sampler"]["families"]) <= set(FAMILIES)
