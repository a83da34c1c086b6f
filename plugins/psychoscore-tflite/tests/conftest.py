"""Nets of every kind of layer, their checkpoints, and torch's own word on what they give."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from psychoscore_tflite.checkpoints import Net
from psychoscore_tflite.graphs import Graph, read_graph

RECORD = {"format": 1, "backend": "toy", "vocabulary": "", "space": "", "steps": 3, "metrics": {}}


def layer(name: str, kind: str, inputs: int, outputs: int, *sources: str) -> dict[str, Any]:
    found = {"name": name, "type": kind, "inputs": inputs, "outputs": outputs}
    return found | ({"from": list(sources)} if sources else {})


def functions() -> list[dict[str, Any]]:
    names = ("tanh", "elu", "sigmoid", "relu", "modified-sigmoid", "share")
    return [layer("first", "linear", 6, 5), *(layer(f"f{i}", name, 5, 5) for i, name in enumerate(names))]


BRANCHES = {
    "version": 1,
    "inputs": {"pitch": 1, "loudness": 2},
    "layers": [
        layer("a", "linear", 1, 8, "pitch"),
        layer("b", "linear", 2, 8, "loudness"),
        layer("memory", "gru", 16, 12, "a", "b"),
        layer("more", "lstm", 20, 7, "memory", "a"),
        layer("low", "linear", 7, 3, "more"),
        layer("high", "linear", 19, 5, "more", "memory"),
        layer("shares", "share", 5, 5, "positive"),
    ],
    "outputs": {"level": "low", "distribution": "shares"},
}
BRANCHES["layers"].insert(-1, layer("positive", "modified-sigmoid", 5, 5, "high"))

GRAPHS: Mapping[str, Any] = {
    "dense": [layer("only", "linear", 6, 4)],
    "functions": functions(),
    "lstm": [layer("lstm", "lstm", 6, 5)],
    "gru": [layer("gru", "gru", 6, 5)],
    "two lstms": [layer("one", "lstm", 6, 5), layer("two", "lstm", 5, 3), layer("out", "linear", 3, 2)],
    "as the emotion model": [
        layer("dense", "linear", 128, 256),
        layer("tanh", "tanh", 256, 256),
        layer("lstm", "lstm", 256, 128),
        layer("head", "linear", 128, 64),
    ],
    "branches": BRANCHES,
}


def net_of(graph: Graph, seed: int = 0) -> Net:
    random = np.random.default_rng(seed)
    weights = {
        name: (random.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in graph.shapes().items()
    }
    return Net(graph, weights, "0" * 64)


@pytest.fixture
def make_net() -> Callable[..., Net]:
    return lambda name, **options: net_of(read_graph(GRAPHS[name]), **options)


@pytest.fixture(params=GRAPHS)
def net(request: pytest.FixtureRequest) -> Net:
    """Every net, one after the other."""
    return net_of(read_graph(GRAPHS[request.param]))


def checkpoint_of(folder: Path, description: Any, weights: Mapping[str, np.ndarray]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / ("layers.json" if isinstance(description, list) else "graph.json")).write_text(json.dumps(description))
    (folder / "checkpoint.json").write_text(json.dumps(RECORD))
    save_file(dict(weights), folder / "model.safetensors")
    return folder


@pytest.fixture
def make_checkpoint(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "branches", description: Any = None) -> Path:
        net = net_of(read_graph(GRAPHS[name]))
        return checkpoint_of(tmp_path / "checkpoint", description or GRAPHS[name], net.weights)

    return make


def in_torch(net: Net, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the outputs (rows, width) for inputs (rows, width), by torch's own layers over the whole sequence."""
    found = {name: torch.from_numpy(array) for name, array in given.items()}
    for one in net.graph.layers:
        x = torch.cat([found[source] for source in one.sources], -1)
        own = {name: array for name, array in net.weights.items() if name.startswith(f"{one.name}.")}
        weights = {name.split(".", 1)[1]: torch.from_numpy(array) for name, array in own.items()}
        found[one.name] = _run(one, x, weights)
    return {name: found[source].numpy() for name, source in net.graph.outputs.items()}


@torch.no_grad()
def _run(one: Any, x: torch.Tensor, weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    plain: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "tanh": torch.tanh,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "elu": torch.nn.functional.elu,
        "modified-sigmoid": lambda x: 2 * torch.sigmoid(x) ** np.log(10) + 1e-7,
        "share": lambda x: x / x.sum(-1, keepdim=True),
    }
    if one.type in plain:
        return plain[one.type](x)
    kinds = {"linear": torch.nn.Linear, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    module = kinds[one.type](one.inputs, one.outputs)
    module.load_state_dict(dict(weights))
    found = module(x)
    return found[0] if isinstance(found, tuple) else found


@pytest.fixture
def torch_gives() -> Callable[..., dict[str, np.ndarray]]:
    return in_torch
