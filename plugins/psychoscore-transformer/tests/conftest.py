"""A toy corpus whose notes follow from the profile and the plan, and models small enough to test."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from psychoscore_core.records import ConditionSpace, Family, Stream, Training, Vocabulary
from psychoscore_core.stages.prepared_data import Prepared as Item
from psychoscore_core.stages.prepared_data import PreparedWriter
from psychoscore_core.stages.train import Term
from psychoscore_training.data import open_prepared
from psychoscore_transformer.backend import TransformerBackend
from psychoscore_transformer.model import Model
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.sizes import Sizes

torch.set_num_threads(1)  # on a busy machine threads wait for each other longer than such small products take

BOS, SEP, EOS, BAR, FIRST, SIZE = 1, 2, 3, 4, 5, 21
TEXTS = tuple(f"t{i}" for i in range(SIZE))
VOCABULARY = Vocabulary(families=(Family(name="t", tokens=TEXTS),), prefix={}, pad=0, bos=BOS, sep=SEP, eos=EOS)
SPACE = ConditionSpace(vector=("a", "b", "c"), bar=("x", "y"))
SMALL = {"layers": 2, "width": 32, "heads": 4, "kv_heads": 2, "hidden": 64, "style_tokens": 8, "dropout": 0.0}
TRAINING = Training(steps=4, batch_size=4, context=32, learning_rate=3e-3, evaluate_every=2, save_every=2, device="cpu")


class CrossEntropy(nn.Module):
    def forward(self, outputs, batch):
        return nn.functional.cross_entropy(outputs.logits[0].flatten(0, 1), batch.targets[..., 0].flatten())


def write_corpus(folder: Path, pieces: int = 16, bars: int = 3, vector: tuple[float, ...] = ()) -> Path:
    """Write pieces of one note a bar: the vector's first number says which half of the notes, the bar which of 8.

    vector: what every piece says instead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writer, random, items = PreparedWriter(folder), np.random.default_rng(0), []
    for i in range(pieces):
        half, steps = i % 2, random.integers(0, 8, bars)
        own = [float(half), *random.random(2)]
        conditions = np.stack([steps / 7, random.random(bars)], axis=1)
        music = [row for step in steps for row in (BAR, FIRST + 8 * half + int(step))]
        rows = np.array([BOS, SEP, *music, EOS], "<i4")
        index = np.array([-1, -1, *np.repeat(np.arange(bars), 2), bars - 1], "<i4")
        record = {"id": f"p{i}", "dataset": "toy", "group": f"g{i}", "labels": {}, "prefix": 2, "notes": bars}
        record |= {"split": "validation" if i % 8 >= 6 else "train", "length": len(rows)}
        record |= {"vector": list(vector) or own, "bar_conditions": conditions.tolist()}
        items.append(Item(record=record, rows=rows.tobytes(), bars=index.tobytes()))
    writer.append(items)
    writer.finish({"families": [SIZE], "vocabulary": VOCABULARY.digest, "space": SPACE.digest})
    return folder


def small_sizes(**changes: object) -> Sizes:
    return Sizes(**{"families": (SIZE,), "vector": 3, "bar": 2, **SMALL, **changes})


def small_model(**changes: object) -> Model:
    """Return a model whose weights are large enough for differences to show."""
    torch.manual_seed(1)
    model = Model(small_sizes(**changes)).eval()
    for parameter in model.parameters():
        if parameter.dim() == 2 or parameter.abs().max() == 0:
            nn.init.normal_(parameter, std=0.2)
    return model


def random_stream(seed: int, length: int = 6, bars: int | None = 3) -> Stream:
    random = np.random.default_rng(seed)
    rows = np.array([[BOS], *[[t] for t in random.integers(FIRST, SIZE, length - 2)], [SEP]], np.int32)
    conditions = None if bars is None else tuple(map(tuple, random.random((bars, 2)).tolist()))
    return Stream(rows=rows, vector=None if bars is None else tuple(random.random(3).tolist()), bars=conditions)


@pytest.fixture
def make():
    return SimpleNamespace(sizes=small_sizes, model=small_model, stream=random_stream, corpus=write_corpus)


@pytest.fixture
def corpus(tmp_path: Path):
    return open_prepared(write_corpus(tmp_path / "data"))


@pytest.fixture
def terms() -> dict[str, Term]:
    return {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CrossEntropy())}


@pytest.fixture
def backend():
    """Return a maker of backends with the small sizes."""

    def build(vocabulary: Vocabulary = VOCABULARY, space: ConditionSpace = SPACE, **changes: object):
        return TransformerBackend(TransformerConfig(**{**SMALL, "device": "cpu", **changes}), vocabulary, space)

    return build


@pytest.fixture
def training() -> Training:
    return TRAINING
