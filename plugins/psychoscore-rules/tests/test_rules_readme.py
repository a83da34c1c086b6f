"""The README's tables are complete and keep their word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import fields

from psychoscore_core.profile import BIASES, DIMENSIONS, Profile
from psychoscore_core.rule_table import plan_of
from psychoscore_rules.composition import compose_score
from psychoscore_rules.plugin import RulesConfig

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
SILENT = re.findall(r"[a-z_]+", README.rpartition("\n\n")[2].split(" change\n")[0].replace(" and ", ", "))


@pytest.mark.parametrize("name", [dimension.name.rpartition(".")[2] for dimension in DIMENSIONS])
def test_every_dimension_is_in_the_tables(name: str) -> None:
    rows = "".join(line.split("|")[1] for line in README.splitlines() if line.startswith("|"))
    assert re.search(rf"\b{name}\b", rows) or name in SILENT


def test_seven_biases_are_said_to_be_silent() -> None:
    assert len(SILENT) == 7 and set(SILENT) <= set(BIASES)


def test_silent_biases_change_nothing_and_the_others_do() -> None:
    plan = plan_of(Profile(entropy=0.6), 32)

    def music(*biases: str) -> list[bytes]:
        mind = Profile(entropy=0.6, cognitive_biases=biases)
        return [compose_score(mind, plan, [0.9] * 32, seed).dumps_midi() for seed in range(4)]

    plain = music()
    assert [bias for bias in BIASES if music(bias) == plain] == [bias for bias in BIASES if bias in SILENT]


def test_the_config_table_has_every_key_and_default() -> None:
    for option in fields(RulesConfig):
        assert f"| `{option.name}` | {json.dumps(option.default)} |" in README
