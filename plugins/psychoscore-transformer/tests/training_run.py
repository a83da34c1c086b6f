"""Train the toy model in a process of its own: `python training_run.py DATA FOLDER [PAUSE [ACCUMULATE [DROPOUT]]]`."""

import sys
import time
from pathlib import Path

import torch
from torch import nn

from psychoscore_core.records import ConditionSpace, Family, Training, Vocabulary
from psychoscore_core.report import Silent
from psychoscore_core.stages.train import Term
from psychoscore_transformer.backend import TransformerBackend
from psychoscore_transformer.plugin import TransformerConfig


class CrossEntropy(nn.Module):
    def forward(self, outputs, batch):
        return nn.functional.cross_entropy(outputs.logits[0].flatten(0, 1), batch.targets[..., 0].flatten())


class Slow(Silent):
    """Says each step aloud, and leaves time for a kill."""

    def __init__(self, pause: float) -> None:
        self.pause = pause

    def step(self, step, metrics):
        print(step, metrics["loss"], flush=True)
        time.sleep(self.pause)


def main(data: Path, folder: Path, pause: float = 0.0, accumulate: float = 2, dropout: float = 0.1) -> None:
    torch.set_num_threads(1)
    texts = tuple(f"t{i}" for i in range(21))
    vocabulary = Vocabulary(families=(Family(name="t", tokens=texts),), prefix={}, pad=0, bos=1, sep=2, eos=3)
    space = ConditionSpace(vector=("a", "b", "c"), bar=("x", "y"))
    config = TransformerConfig(layers=2, width=32, heads=4, kv_heads=2, hidden=64, dropout=dropout, device="cpu")
    settings = {"steps": 30, "batch_size": 4, "context": 32, "evaluate_every": 7, "save_every": 4}
    terms = {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CrossEntropy())}
    training = Training(**settings, device="cpu", accumulate=int(accumulate), condition_dropout=0.2)
    TransformerBackend(config, vocabulary, space).train(data, terms, training, folder, Slow(pause))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:]))
