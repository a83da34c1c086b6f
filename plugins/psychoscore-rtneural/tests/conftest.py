"""Modules of every kind of layer, and an interpreter of what is written."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from psychoscore_rtneural.writing import to_rtneural

run = runpy.run_path(str(Path(__file__).with_name("interpreter.py")))["run"]


def normed(width: int, **options: bool) -> nn.BatchNorm1d:
    found = nn.BatchNorm1d(width, **options)
    torch.nn.init.normal_(found.running_mean)
    torch.nn.init.uniform_(found.running_var, 0.5, 2)
    for part in found.parameters():
        torch.nn.init.normal_(part)
    return found


class Named(nn.Module):
    """A module with a forward of its own, whose layers stand in the order of the forward."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.act, self.lstm = nn.Linear(6, 8), nn.Tanh(), nn.LSTM(8, 5, batch_first=True)
        self.out = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.lstm(self.act(self.first(x)))[0])


MODULES: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: nn.Linear(6, 4),
    "dense without bias": lambda: nn.Linear(6, 4, bias=False),
    "activations": lambda: nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.ELU(), nn.Sigmoid(), nn.ReLU(), nn.Softmax(-1)),
    "conv1d": lambda: nn.Conv1d(6, 4, 3, dilation=2),
    "conv1d in groups": lambda: nn.Sequential(nn.Conv1d(6, 9, 4, dilation=3, groups=3, bias=False), nn.Tanh()),
    "lstm": lambda: nn.LSTM(6, 5),
    "lstm of three layers": lambda: nn.LSTM(6, 5, 3, batch_first=True),
    "lstm without bias": lambda: nn.LSTM(6, 5, bias=False),
    "gru": lambda: nn.GRU(6, 5),
    "gru of two layers": lambda: nn.Sequential(nn.GRU(6, 5, 2), nn.Linear(5, 2)),
    "gru without bias": lambda: nn.GRU(6, 5, bias=False),
    "prelu": lambda: nn.Sequential(nn.Linear(6, 4), nn.PReLU(), nn.PReLU(4, 0.7)),
    "batchnorm": lambda: nn.Sequential(nn.Linear(6, 4), normed(4)),
    "batchnorm without scale": lambda: nn.Sequential(normed(6, affine=False), nn.Linear(6, 4)),
    "all, nested": lambda: nn.Sequential(
        nn.Sequential(nn.Conv1d(6, 8, 3), normed(8), nn.PReLU(8)), nn.Dropout(0.5), nn.GRU(8, 7, 2), nn.LSTM(7, 5)
    ),
    "a forward of its own": Named,
}


@pytest.fixture
def module_named() -> Callable[[str], nn.Module]:
    """Make a module, always with the same weights."""

    def make(name: str) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            return MODULES[name]()

    return make


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest, module_named: Callable[[str], nn.Module]) -> nn.Module:
    """Every module, one after the other."""
    return module_named(request.param)


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    """Write a module, and return the folder."""

    def write(module: nn.Module, name: str = "out", **options: object) -> Path:
        to_rtneural(module, tmp_path / name, **options)  # type: ignore[arg-type]
        return tmp_path / name

    return write


@pytest.fixture
def interpreted() -> Callable[[Path], tuple[np.ndarray, np.ndarray]]:
    """Return what NumPy makes of a folder's model.json on its self-test's rows, and what the self-test says."""

    def both(folder: Path) -> tuple[np.ndarray, np.ndarray]:
        test = json.loads((folder / "self-test.json").read_text())
        model = json.loads((folder / "model.json").read_text())
        return run(model, np.array(test["inputs"])), np.array(test["outputs"])

    return both
