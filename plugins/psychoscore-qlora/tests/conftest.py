"""A toy corpus whose notes follow from the profile, and bases small enough to test."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from attrs import evolve
from safetensors.torch import load_file
from torch import nn

from psychoscore_core.records import ConditionSpace, Family, Stream, Training, Vocabulary
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepared_data import Prepared as Item
from psychoscore_core.stages.prepared_data import PreparedWriter
from psychoscore_core.stages.train import Term
from psychoscore_qlora.backend import QloraBackend, RwkvBackend
from psychoscore_qlora.plugin import QloraConfig, RwkvConfig

torch.set_num_threads(1)  # on a busy machine threads wait for each other longer than such small products take

BOS, SEP, EOS, BAR, FIRST, BASE, SIZE = 1, 2, 3, 4, 5, 21, 24
TEXTS = tuple(f"t{i}" for i in range(SIZE))
FAMILY = Family(name="t", tokens=TEXTS)
VOCABULARY = Vocabulary(families=(FAMILY,), prefix={"low": 21, "high": 22}, pad=0, bos=BOS, sep=SEP, eos=EOS)
SPACE = ConditionSpace(vector=("a", "b", "c"), bar=("x", "y"))
TRAINING = Training(
    steps=4, batch_size=4, context=32, learning_rate=3e-3, evaluate_every=2, save_every=2, device="cpu", warmup=0.1
)


class CrossEntropy(nn.Module):
    def forward(self, outputs, batch):
        return nn.functional.cross_entropy(outputs.logits[0].flatten(0, 1), batch.targets[..., 0].flatten())


def write_corpus(folder: Path, pieces: int = 16, bars: int = 3) -> Path:
    """Write pieces of one note a bar: the vector's first number says which half of the notes, the bar which of 8."""
    folder.mkdir(parents=True, exist_ok=True)
    writer, random, items = PreparedWriter(folder), np.random.default_rng(0), []
    for i in range(pieces):
        half, steps = i % 2, random.integers(0, 8, bars)
        conditions = np.stack([steps / 7, random.random(bars)], axis=1)
        music = [row for step in steps for row in (BAR, FIRST + 8 * half + int(step))]
        rows = np.array([BOS, 21 + half, SEP, *music, EOS], "<i4")
        index = np.array([-1] * 3 + [*np.repeat(np.arange(bars), 2), bars - 1], "<i4")
        record = {"id": f"p{i}", "dataset": "toy", "group": f"g{i}", "labels": {}, "prefix": 3, "notes": bars}
        record |= {"split": "validation" if i % 8 >= 6 else "train", "length": len(rows)}
        record |= {"vector": [float(half), *random.random(2)], "bar_conditions": conditions.tolist()}
        items.append(Item(record=record, rows=rows.tobytes(), bars=index.tobytes()))
    writer.append(items)
    writer.finish({"families": [SIZE], "vocabulary": VOCABULARY.digest, "space": SPACE.digest})
    return folder


def random_stream(seed: int, length: int = 6, bars: int | None = 3) -> Stream:
    random = np.random.default_rng(seed)
    rows = np.array([[BOS], *[[t] for t in random.integers(FIRST, BASE, length - 2)], [SEP]], np.int32)
    conditions = None if bars is None else tuple(map(tuple, random.random((bars, 2)).tolist()))
    return Stream(rows=rows, vector=None if bars is None else tuple(random.random(3).tolist()), bars=conditions)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "data")


@pytest.fixture
def terms() -> dict[str, Term]:
    return {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CrossEntropy())}


@pytest.fixture
def training() -> Training:
    return TRAINING


@pytest.fixture(scope="session")
def rwkv_base(tmp_path_factory) -> Path:
    """A folder as `psyco models import` makes one, of random weights."""
    from psychoscore_qlora.checkpoint import write_whole
    from psychoscore_rwkv.model import build
    from psychoscore_rwkv.sizes import Sizes

    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("rwkv-base")
    write_whole(folder, build(Sizes(vocabulary=BASE, layers=2, width=64, attention=64, hidden=128)), 32)
    return folder


@pytest.fixture(scope="session")
def llama_base(tmp_path_factory) -> Path:
    """A folder as transformers writes one, of a model like Llama."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("llama-base")
    config = LlamaConfig(
        vocab_size=BASE, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def make():
    """Return builders of the backends with small settings."""
    small = {"style_tokens": 4, "style_rows": 2, "device": "cpu"}

    def rwkv(vocabulary=VOCABULARY, space=SPACE, **options) -> RwkvBackend:
        return RwkvBackend(RwkvConfig(**{"layers": 2, "width": 64, **small, **options}), vocabulary, space)

    def qlora(vocabulary=VOCABULARY, space=SPACE, **options) -> QloraBackend:
        return QloraBackend(QloraConfig(**{"rank": 4, **small, **options}), vocabulary, space)

    return SimpleNamespace(rwkv=rwkv, qlora=qlora, stream=random_stream, vocabulary=VOCABULARY)


@pytest.fixture(scope="session")
def adapters(tmp_path_factory, rwkv_base) -> list[Path]:
    """Two adapters' checkpoints on one base, trained from different seeds."""
    folder = tmp_path_factory.mktemp("adapters")
    corpus, folders = write_corpus(folder / "data"), []
    for seed in (0, 1):
        config = QloraConfig(base=rwkv_base, rank=4, style_tokens=4, style_rows=2, device="cpu")
        terms = {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CrossEntropy())}
        folders.append(folder / str(seed))
        training = evolve(TRAINING, seed=seed, learning_rate=3e-2)
        QloraBackend(config, VOCABULARY, SPACE).train(corpus, terms, training, folders[-1], Silent())
    return folders


@pytest.fixture
def public_checkpoint(tmp_path, rwkv_base) -> Path:
    """A file with the names and the layout of the public RWKV-4 checkpoints."""
    names = {"rwkv.embeddings": "emb", "rwkv.blocks": "blocks", "rwkv.ln_out": "ln_out", "attention": "att"}
    names |= {"pre_ln": "ln0", "feed_forward": "ffn", "time_mix_key": "time_mix_k", "time_mix_value": "time_mix_v"}
    names |= {"time_mix_receptance": "time_mix_r"}
    tensors = {}
    for name, tensor in load_file(rwkv_base / "model.safetensors").items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        tensors[name] = tensor
    path = tmp_path / "RWKV-tiny-ctx32.pth"
    torch.save(tensors, path)
    return path
