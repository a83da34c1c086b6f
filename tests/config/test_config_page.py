"""What docs/reference/config.md shows is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import fields_dict

from psychoscore_core.config.model import DEFAULTS, SLOTS, TABLES, Generation
from psychoscore_core.records import Training

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "config.md").read_text("utf-8")
SNIPPETS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_config_on_the_page_loads(load, snippet):
    assert load(json.loads(snippet)).data


def test_the_second_config_is_the_one_that_it_says(load):
    project = load(json.loads(SNIPPETS[1])).project
    assert (project.preset, project.model.options.size, list(project.datasets)) == (
        "tragedy",
        "small",
        ["emopia", "synthetic"],
    )


@pytest.mark.parametrize("key", ["name", "preset", *SLOTS, *TABLES, *fields_dict(Generation), *fields_dict(Training)])
def test_every_key_is_on_the_page(key):
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize("key", DEFAULTS)
def test_every_default_is_on_the_page(key):
    default = DEFAULTS[key]
    names = [default] if isinstance(default, str) else [default.get("use", next(iter(default)))]
    assert all(f"`{name}`" in PAGE for name in names)


def test_the_errors_on_the_page_are_the_real_ones(problems):
    with_line = PAGE.split("```text\n")[1].splitlines()
    assert problems({"training": {"steps": "8"}}) == [f"project/{with_line[0]}"]
    assert problems({"temprature": {}}) == [f"project/psychoscore.json{with_line[1].split('.json')[1]}"]
    assert problems({}, sets=["generation.bars=0"]) == [with_line[2]]


def test_the_explanation_on_the_page_is_the_real_one(load):
    shown = PAGE.split("$ psyco config explain temperature.base_temperature\n")[1].split("```")[0]
    config = {"preset": "tragedy", "temperature": {"base_temperature": 0.6}}
    said = [origin.value for origin in load(config).explain("temperature.base_temperature")]
    assert said == [0.6, 0.55, 0.7]
    assert [line.rsplit(" ", 1)[1] for line in shown.splitlines() if ":" in line or "=" in line] == [
        "0.6",
        "0.55",
        "0.7",
    ]
