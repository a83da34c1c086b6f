"""docs/reference/plan.md: its configs load, and it names every key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import fields_dict

from psychoscore_core.planning.options import CURVES, PlanOptions, SceneOptions
from psychoscore_core.profile_json import read_profile

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "plan.md").read_text("utf-8")
SNIPPETS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_config_on_the_page_loads(load, snippet):
    generation = load(json.loads(snippet)).project.generation
    named = [generation.profile, *(scene.profile for scene in generation.timeline)]
    assert [read_profile(name) for name in named if name]


@pytest.mark.parametrize("key", [*fields_dict(PlanOptions), *fields_dict(SceneOptions)])
def test_every_key_is_on_the_page(key):
    assert f"`{key}`" in PAGE


def test_every_number_of_a_bar_is_explained():
    rows = PAGE.rpartition("|---|---|---|")[2]
    assert re.findall(r"^\| `(\w+)`", rows, re.MULTILINE) == list(CURVES)
