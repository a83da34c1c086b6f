"""--set a.b=c."""

from __future__ import annotations

import pytest

from psychoscore_core.config.set_option import parse_sets
from psychoscore_core.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("training.steps=5", {"training": {"steps": 5}}),
        ("name=hamlet", {"name": "hamlet"}),
        ('name="7"', {"name": "7"}),
        ("generation.key=null", {"generation": {"key": None}}),
        ("datasets.emopia.path=a=b", {"datasets": {"emopia": {"path": "a=b"}}}),
        ("model=transformer", {"model": {"use": "transformer"}}),
        ("datasets.mine=synthetic", {"datasets": {"mine": {"use": "synthetic"}}}),
        ("exporters.midi=null", {"exporters": {"midi": None}}),
        ('temperature={"use": "curve", "points": [1]}', {"temperature": {"use": "curve", "points": [1]}}),
        ("name=", {"name": ""}),
        (" name = x", {"name": " x"}),
    ],
)
def test_one_text(text, tree):
    assert parse_sets([text]) == tree


@pytest.mark.parametrize("order", [1, -1])
def test_a_component_and_its_options_in_any_order(order):
    texts = ["model=transformer", "model.size=small"]
    assert parse_sets(texts[::order]) == {"model": {"use": "transformer", "size": "small"}}


def test_the_later_of_two_wins():
    assert parse_sets(["training.steps=1", "training.steps=2"]) == {"training": {"steps": 2}}
    assert parse_sets(["a=1", "a.b=2"]) == {"a": {"b": 2}}
    assert parse_sets(["a.b=2", "a=1"]) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name", "--set: 'name' must look like KEY=VALUE"),
        ("=3", "--set: '=3' must look like KEY=VALUE"),
        ("a..b=3", "--set: 'a..b=3' must look like KEY=VALUE"),
        ("a.=3", "--set: 'a.=3' must look like KEY=VALUE"),
        ("a=NaN", "--set: NaN is not a number that a config can hold"),
        ("a=1e999", "--set: the number 1e999 is too large"),
        ('a={"b": 1, "b": 2}', "--set: the key 'b' is given twice in one table"),
        ("a=" + "[" * 100_000, "--set: is nested too deeply (over 32 levels)"),
        ("a" + ".a" * 100_000 + "=1", "--set: "),
        ("a=" + "9" * 5000, "--set: the number "),
    ],
)
def test_a_bad_text(text, message):
    with pytest.raises(ConfigError) as caught:
        parse_sets([text])
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 200


def test_all_bad_texts_at_once():
    with pytest.raises(ConfigError) as caught:
        parse_sets(["a", "b=1", "c"])
    assert len(caught.value.problems) == 2
