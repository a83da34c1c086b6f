"""RWKV-4 written down once more in float64, and checkpoints as they are published, made small."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from psychoscore_core.report import Silent
from psychoscore_rwkv.importing import import_checkpoint
from psychoscore_rwkv.sizes import Sizes

torch.set_num_threads(1)

SMALL = {"vocabulary": 37, "layers": 3, "width": 16, "attention": 24, "hidden": 40}


def public_weights(seed: int = 0, dtype: torch.dtype = torch.float32, **sizes: int) -> dict[str, torch.Tensor]:
    """Return a model as BlinkDL's files have it, its numbers large enough for differences to show."""
    s, drawn = {**SMALL, **sizes}, torch.Generator().manual_seed(seed)
    width, channels, hidden = s["width"], s["attention"], s["hidden"]

    def normal(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return (torch.randn(shape, generator=drawn) * scale).to(dtype)

    def norm(name: str) -> dict[str, torch.Tensor]:
        return {f"{name}.weight": 1 + normal(width, scale=0.1), f"{name}.bias": normal(width, scale=0.1)}

    def matrix(rows: int, columns: int) -> torch.Tensor:
        return normal(rows, columns, scale=2 / columns**0.5)

    def mix() -> torch.Tensor:
        return torch.rand((1, 1, width), generator=drawn).to(dtype)

    found = {"emb.weight": normal(s["vocabulary"], width), **norm("blocks.0.ln0")}
    for n in range(s["layers"]):
        name = f"blocks.{n}."
        found |= norm(name + "ln1") | norm(name + "ln2")
        found[name + "att.time_decay"] = torch.linspace(-6, 1, channels).to(dtype)
        found[name + "att.time_first"] = normal(channels)
        found |= {f"{name}att.time_mix_{part}": mix() for part in "kvr"}
        found |= {f"{name}att.{part}.weight": matrix(channels, width) for part in ("key", "value", "receptance")}
        found[name + "att.output.weight"] = matrix(width, channels)
        found |= {f"{name}ffn.time_mix_{part}": mix() for part in "kr"}
        found[name + "ffn.key.weight"] = matrix(hidden, width)
        found[name + "ffn.receptance.weight"] = matrix(width, width)
        found[name + "ffn.value.weight"] = matrix(width, hidden)
    return found | norm("ln_out") | {"head.weight": matrix(s["vocabulary"], width)}


class Reference:
    """The paper's formulas, one row after another in float64, without any guard against overflow."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        self.w = {name: tensor.double().numpy() for name, tensor in weights.items()}
        self.layers = 1 + max(int(name.split(".")[1]) for name in self.w if name.startswith("blocks."))

    def logits(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the logits (time, vocabulary) of embeddings (time, width)."""
        x = self.norm(embeddings.astype(np.float64), "blocks.0.ln0")
        for n in range(self.layers):
            x = x + self.time_mixing(self.norm(x, f"blocks.{n}.ln1"), f"blocks.{n}.att.")
            x = x + self.channel_mixing(self.norm(x, f"blocks.{n}.ln2"), f"blocks.{n}.ffn.")
        return self.norm(x, "ln_out") @ self.w["head.weight"].T

    def of_ids(self, ids) -> np.ndarray:
        return self.logits(self.w["emb.weight"][np.asarray(ids)])

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return centred / scale * self.w[name + ".weight"] + self.w[name + ".bias"]

    def mixed(self, x: np.ndarray, name: str, matrix: str) -> np.ndarray:
        before, mix = np.vstack([np.zeros_like(x[:1]), x[:-1]]), self.w[name].reshape(-1)
        return (mix * x + (1 - mix) * before) @ self.w[matrix + ".weight"].T

    def time_mixing(self, x: np.ndarray, name: str) -> np.ndarray:
        keys = self.mixed(x, name + "time_mix_k", name + "key")
        values = self.mixed(x, name + "time_mix_v", name + "value")
        receptances = self.mixed(x, name + "time_mix_r", name + "receptance")
        averages = recurrent(-np.exp(self.w[name + "time_decay"]), self.w[name + "time_first"], keys, values)
        return (sigmoid(receptances) * averages) @ self.w[name + "output.weight"].T

    def channel_mixing(self, x: np.ndarray, name: str) -> np.ndarray:
        keys = np.maximum(self.mixed(x, name + "time_mix_k", name + "key"), 0) ** 2
        return sigmoid(self.mixed(x, name + "time_mix_r", name + "receptance")) * (
            keys @ self.w[name + "value.weight"].T
        )


def recurrent(decay, bonus, keys, values) -> np.ndarray:
    """Return wkv's averages (time, channels): equations 21 to 26, without the running maximum."""
    over, under, found = np.zeros_like(decay), np.zeros_like(decay), []
    for key, value in zip(keys, values, strict=True):
        own = np.exp(bonus + key)
        found.append((over + own * value) / (under + own))
        over, under = np.exp(decay) * over + np.exp(key) * value, np.exp(decay) * under + np.exp(key)
    return np.array(found)


def parallel(decay, bonus, keys, values) -> np.ndarray:
    """Return the same as equation 16 has it: every row a weighted average of all rows up to it."""
    time = np.arange(len(keys))
    distance = (time[:, None] - time - 1)[..., None]
    exponents = np.where(distance >= 0, distance * decay + keys, -np.inf)
    exponents[time, time] = bonus + keys
    weights = np.exp(exponents)
    return (weights * values).sum(1) / weights.sum(1)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def make(tmp_path: Path):
    """Return makers of small models: weights as published, their float64 reference, files and imported bases."""

    def file(name: str = "small-ctx512.pth", weights: object = None) -> Path:
        path = tmp_path / name
        torch.save(public_weights() if weights is None else weights, path)
        return path

    def base(weights: object = None, name: str = "base"):
        return import_checkpoint(file(weights=weights), tmp_path / name, Silent())

    return SimpleNamespace(
        weights=public_weights,
        reference=lambda **sizes: Reference(public_weights(**sizes)),
        file=file,
        base=base,
        sizes=lambda **changes: Sizes(**{**SMALL, **changes}),
        recurrent=recurrent,
        parallel=parallel,
    )


@pytest.fixture
def ids() -> np.ndarray:
    """Return ids (batch, time) of a length that is no multiple of a chunk."""
    return np.random.default_rng(3).integers(0, SMALL["vocabulary"], (3, 45))
