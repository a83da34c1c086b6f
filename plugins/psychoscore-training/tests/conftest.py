"""A toy corpus on disk, and a toy module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import frozen
from torch import Tensor, nn

from psychoscore_core.stages.prepared_data import Prepared as Item
from psychoscore_core.stages.prepared_data import PreparedWriter
from psychoscore_core.stages.train import Term
from psychoscore_training.data import Prepared, open_prepared

BOS, SEP, EOS, BAR, FIRST, SIZE = 1, 2, 3, 4, 5, 21


@frozen
class Output:
    logits: list[Tensor]
    hidden: Tensor


class ToyModule(nn.Module):
    """Predicts the next row from this one, the vector and the bar's condition."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rows, self.vector, self.dropout = nn.Embedding(SIZE, 8), nn.Linear(2, 8), nn.Dropout(0.1)
        self.head = nn.Linear(8, SIZE)

    def forward(self, batch) -> Output:
        vector = torch.where(batch.vector_seen[:, None], batch.vector, torch.zeros_like(batch.vector))
        hidden = self.dropout(torch.tanh(self.rows(batch.rows[..., 0]) + self.vector(vector)[:, None]))
        return Output([self.head(hidden)], hidden)


class CrossEntropy(nn.Module):
    def forward(self, outputs, batch) -> Tensor:
        return nn.functional.cross_entropy(outputs.logits[0].flatten(0, 1), batch.targets[..., 0].flatten())


def write_corpus(folder: Path, pieces: int = 12, bars: int = 6, notes: int = 3) -> Path:
    """Write pieces of [BOS] prefix [SEP], then bars of a bar token and notes, then [EOS]; a quarter is validation."""
    folder.mkdir(parents=True, exist_ok=True)
    writer, random, items = PreparedWriter(folder), np.random.default_rng(0), []
    for i in range(pieces):
        music = [row for _ in range(bars) for row in (BAR, *random.integers(FIRST, SIZE, notes))]
        rows = np.array([BOS, FIRST + i % 3, SEP, *music, EOS], "<i4")
        index = np.array([-1] * 3 + [b for b in range(bars) for _ in range(notes + 1)] + [bars - 1], "<i4")
        record = {"id": f"p{i}", "dataset": "toy", "group": f"g{i // 2}", "labels": {}, "prefix": 3}
        record |= {"split": "validation" if i % 4 == 3 else "train", "length": len(rows), "notes": bars * notes}
        record |= {"vector": random.random(2).tolist(), "bar_conditions": random.random((bars, 2)).tolist()}
        items.append(Item(record=record, rows=rows.tobytes(), bars=index.tobytes()))
    writer.append(items)
    writer.finish({"families": [SIZE], "vocabulary": "v0", "space": "s0"})
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Prepared:
    return open_prepared(write_corpus(tmp_path / "data"))


@pytest.fixture
def terms() -> dict[str, Term]:
    return {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CrossEntropy())}


@pytest.fixture
def toy_module() -> ToyModule:
    return ToyModule()
