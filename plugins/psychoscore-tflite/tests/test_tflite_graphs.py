"""Descriptions of nets are not trusted."""

from __future__ import annotations

import json

import pytest

from psychoscore_core.errors import CheckpointError
from psychoscore_tflite.checkpoints import read_net
from psychoscore_tflite.graphs import GraphError, read_graph


def described(**changes):
    one = {"name": "a", "type": "linear", "inputs": 2, "outputs": 3}
    return {"version": 1, "inputs": {"x": 2}, "layers": [one], "outputs": {"y": "a"}} | changes


def linear(**changes):
    return [{"name": "a", "type": "linear", "inputs": 2, "outputs": 3} | changes]


def test_a_description_comes_back_as_it_was(net):
    assert read_graph(net.graph.described()) == net.graph


def test_a_layer_takes_the_one_before_it():
    graph = read_graph(described(layers=[*linear(), *linear(name="b", inputs=3)], outputs={"y": "b"}))
    assert [layer.sources for layer in graph.layers] == [("x",), ("a",)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "version None of a net's description; this reads version 1"),
        (described(version=2), "version 2 of a net's description; this reads version 1"),
        (described(inputs={}), "inputs must be names with widths from 1 to 8192"),
        (described(inputs={"x": 10**9}), "inputs must be names with widths from 1 to 8192"),
        (described(inputs={"a/../b": 2}), "inputs must be names with widths from 1 to 8192"),
        (described(inputs={f"x{i}": 1 for i in range(200)}), "more than 100 inputs and outputs"),
        (described(inputs={"state": 2}), "state cannot be the name of this input or output: it is taken"),
        (described(inputs={"y": 2}), "y cannot be the name of this input or output: it is taken"),
        (described(outputs=[]), "outputs must be names with layers"),
        (described(outputs={"y": "x"}), "the output y is of no layer 'x'"),
        (described(outputs={"y": ["a"]}), "outputs must be names with layers"),
        (described(layers=[]), "not a list of 1 to 100 layers"),
        (described(layers=linear() * 101), "not a list of 1 to 100 layers"),
        ([], "not a list of 1 to 100 layers"),
        (linear(name="a.b"), "a layer without a name"),
        (linear(type="attention"), "a: the type 'attention' is none of linear, lstm, gru, tanh"),
        (linear(type=[]), "a: the type '[]' is none of linear"),
        (linear(outputs=0), "a: inputs and outputs must be whole numbers from 1 to 8192"),
        (linear(inputs=True), "a: inputs and outputs must be whole numbers from 1 to 8192"),
        (linear(**{"from": "row"}), "a: from must be a list of names"),
        (linear(**{"from": ["a"]}), "a: takes a, which does not come before it"),
        ([*linear(), *linear(name="b")], "b: takes 2 numbers, and 3 come before it"),
        (linear(outputs=2) * 2, "two layers or inputs of the name a"),
        (linear(type="tanh"), "a: tanh gives as many numbers as it takes"),
    ],
)
def test_what_is_no_net_is_one_line(value, said):
    with pytest.raises(GraphError) as caught:
        read_graph(value)
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_a_description_that_is_no_json_is_one_line(data, make_checkpoint):
    folder = make_checkpoint()
    (folder / "graph.json").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"graph\.json: holds no JSON$"):
        read_net(folder)


def test_a_description_of_another_version_names_the_file(make_checkpoint):
    folder = make_checkpoint()
    graph = json.loads((folder / "graph.json").read_text())
    (folder / "graph.json").write_text(json.dumps(graph | {"version": 2}))
    with pytest.raises(CheckpointError, match=r"graph\.json: version 2 of a net's description; this reads version 1$"):
        read_net(folder)
