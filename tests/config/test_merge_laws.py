"""The laws of merging, on random layers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from psychoscore_core.config.merge import Key, Layer, Merged, long_form, merge

names = st.sampled_from(["a", "b", "c"])
leaves = st.one_of(
    st.integers(0, 3), st.booleans(), st.lists(st.integers(0, 2), max_size=2), st.sampled_from(["x", "y"])
)
tables = st.recursive(leaves, lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=6)
options = st.dictionaries(names, tables, max_size=3)


def slots(uses: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.tuples(options, st.none() | uses).map(lambda s: {**s[0], **({"use": s[1]} if s[1] else {})})


def configs(uses: st.SearchStrategy[str], removals: bool) -> st.SearchStrategy[dict[str, Any]]:
    slot = slots(uses)
    entry = st.one_of(slot, st.none()) if removals else slot
    parts = {
        "name": leaves,
        "training": options,
        "model": slot,
        "temperature": slot,
        "datasets": st.dictionaries(names, entry, max_size=3),
    }
    return st.fixed_dictionaries({}, optional=parts)


anything = configs(st.sampled_from(["p", "q", "r"]), removals=True)
# Changing a component back and forth, removing, and turning tables into texts begin anew, which no grouping keeps.
additions = st.fixed_dictionaries(
    {},
    optional={
        "name": leaves,
        "training": st.dictionaries(names, leaves),
        "model": st.dictionaries(names, leaves).map(lambda o: {**o, "use": "p"}),
        "datasets": st.dictionaries(names, st.dictionaries(names, leaves)),
    },
)


def layer(data: dict[str, Any], name: str = "project") -> Layer:
    return Layer(name=name, place=name, folder=Path(), data=long_form(data, Path()))


def merged(*configs: Any) -> Merged:
    return merge([layer(config, str(index)) for index, config in enumerate(configs)])


def walk(tree: Any, at: Key = ()) -> Iterator[tuple[Key, Any]]:
    for name, value in tree.items():
        yield (*at, name), value
        if isinstance(value, dict):
            yield from walk(value, (*at, name))


def lookup(tree: Any, key: Key) -> Any:
    for part in key:
        tree = tree[part]
    return tree


@given(anything, anything)
def test_an_empty_layer_changes_nothing(a, b):
    assert merged(a, {}, b).data == merged(a, b).data


@given(anything)
def test_a_layer_said_twice_changes_nothing(a):
    assert merged(a, a).data == merged(a).data


@given(anything, anything, anything)
def test_merging_goes_on_from_what_was_merged(a, b, c):
    assert merged(merged(a, b).data, c).data == merged(a, b, c).data


@given(additions, additions, additions)
def test_additions_merge_in_any_grouping(a, b, c):
    assert merged(a, merged(b, c).data).data == merged(a, b, c).data


@given(anything, anything)
def test_what_the_strongest_layer_says_holds(a, b):
    strongest, data = layer(b).data, merged(a, b).data
    for key, value in walk(strongest):
        removed = value is None and key[0] == "datasets"
        if removed:
            assert key[1] not in data.get("datasets", {})
        elif not isinstance(value, dict):
            assert lookup(data, key) == value


@given(anything, anything, anything)
def test_every_value_is_what_its_setter_said(a, b, c):
    outcome = merged(a, b, c)
    for key, value in walk(outcome.data):
        said = lookup(outcome.setters[key].data, key)
        assert said == value or (isinstance(said, dict) and isinstance(value, dict))


@given(anything, anything, anything)
def test_setters_name_no_key_that_is_gone(a, b, c):
    outcome = merged(a, b, c)
    assert set(outcome.setters) == {key for key, _ in walk(outcome.data)}


@given(anything, anything, anything)
def test_no_option_outlives_its_component(a, b, c):
    outcome = merged(a, b, c)
    stated = [index for index, each in enumerate(outcome.layers) if "use" in each.data.get("model", {})]
    if stated:
        use = outcome.data["model"]["use"]
        changed = [i for i in stated if outcome.layers[i].data["model"]["use"] != use]
        for key in outcome.data["model"]:
            assert int(outcome.setters["model", key].name) > max(changed, default=-1)


@given(anything, anything)
def test_merging_leaves_its_layers_alone(a, b):
    layers = [layer(a), layer(b)]
    before = copy.deepcopy([each.data for each in layers])
    merge(layers)
    assert [each.data for each in layers] == before


@given(anything, anything, anything)
def test_a_statement_counts_if_no_stronger_layer_began_anew(a, b, c):
    outcome = merged(a, b, c)
    for key, setter in outcome.setters.items():
        assert outcome.cut(key, int(setter.name)) is None
