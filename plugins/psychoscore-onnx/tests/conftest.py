"""Small models of every shape as checkpoints, their exports, and the logits that an engine gives along some music."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from psychoscore_core.records import Checkpoint, ConditionSpace, Family, Interface, Stream, Vocabulary
from psychoscore_onnx.exporter import OnnxExporter
from psychoscore_onnx.plugin import OnnxExportConfig
from psychoscore_training.known import Known
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.layout import weights
from psychoscore_transformer.sizes import Sizes

SMALL = {"layers": 2, "width": 32, "heads": 2, "kv_heads": 1, "hidden": 64, "style_tokens": 8, "dropout": 0.0}
SHAPES = {
    "one family, styles": {"families": (21,)},
    "several families, styles": {"families": (21, 7, 11)},
    "type first": {"families": (21, 7, 11, 5), "row_heads": "type-first"},
    "no styles": {"families": (21, 7, 11), "style_tokens": 0},
    "no bars": {"families": (21,), "style_tokens": 0, "bar": 0},
    "nothing divides": {"families": (45, 3, 33), "width": 72, "heads": 6, "kv_heads": 3, "hidden": 50},
}
BARS = ("x", "y")


def sizes_of(name: str) -> Sizes:
    return Sizes(**{"vector": 3, "bar": 2, **SMALL, **SHAPES[name]})


def random_weights(sizes: Sizes, seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights large enough for differences to show."""
    random = np.random.default_rng(seed)
    return {
        name: (
            1 + 0.1 * random.standard_normal(shape) if "norm" in name else 0.25 * random.standard_normal(shape)
        ).astype(np.float32)
        for name, shape in weights(sizes).items()
    }


def interface_of(sizes: Sizes, warmth: float = 1.0) -> Interface:
    families = tuple(
        Family(name=f"f{k}", tokens=tuple(f"{k}.{i}" for i in range(size))) for k, size in enumerate(sizes.families)
    )
    return Interface(
        model={"use": "transformer", "options": {"warmth": warmth}},
        tokenizer={"use": "toy"},
        encoder={"use": "toy"},
        vocabulary=Vocabulary(families=families, prefix={}, pad=0, bos=1, sep=2, eos=3),
        space=ConditionSpace(vector=("a", "b", "c"), bar=BARS[: sizes.bar]),
        prompt=((1, *(0,) * (len(families) - 1)), (2, *(0,) * (len(families) - 1))),
    )


def checkpoint_of(
    folder: Path,
    name: str = "no styles",
    known: Known | None = None,
    arrays: dict[str, np.ndarray] | None = None,
    **of: float,
) -> Checkpoint:
    """Write a checkpoint and return it, with what it speaks."""
    sizes = sizes_of(name)
    spoken, found = interface_of(sizes, **of), arrays or random_weights(sizes)
    digests = {"vocabulary": spoken.vocabulary.digest, "space": spoken.space.digest}
    (folder / "tokenizer").mkdir(parents=True)
    (folder / "tokenizer" / "toy.json").write_text("{}")
    model = SimpleNamespace(sizes=sizes, named_parameters=lambda: found.items())
    write_checkpoint(folder, model, 64, digests, 7, {"nats": 1.5}, known or Known())
    return Checkpoint(folder=folder, backend="transformer", steps=7, interface=spoken, **digests)


def export_of(checkpoint: Checkpoint, folder: Path, **options: object) -> Path:
    """Return the exported folder."""
    folder.mkdir(exist_ok=True)
    artifacts = OnnxExporter(OnnxExportConfig(**{"max_context": 1024, **options})).export_checkpoint(checkpoint, folder)
    return artifacts[0].path.parent


def streams_of(sizes: Sizes, count: int, seed: int = 0) -> list[Stream]:
    """Return streams with prompts of unlike lengths, of which the second has no condition."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        rows = np.stack([random.integers(0, size, 1 + 7 * (i % 4)) for size in sizes.families], axis=-1)
        vector, bars = tuple(random.random(sizes.vector)), tuple(map(tuple, random.random((3, sizes.bar))))
        found.append(Stream(rows=rows, vector=None if i == 1 else vector, bars=None if i == 1 else bars))
    return found


def music_of(sizes: Sizes, count: int, steps: int) -> np.ndarray:
    """Return rows (count, steps, families)."""
    random = np.random.default_rng(7)
    return np.stack([random.integers(0, size, (count, steps)) for size in sizes.families], axis=-1)


def logits_along(engine, streams, music, first=0, capacity=1024) -> np.ndarray:
    """Return the logits of all families (steps, batch, all sizes) after each row; the first rows are read at once."""
    state, found, count = engine.start(streams, capacity), [], len(streams)
    rows = np.concatenate([np.stack([s.rows[-1:] for s in streams]), music], axis=1)
    if first:
        engine.extend(state, rows[:, :first], np.repeat((np.arange(first) // 20)[None], count, 0))
    for step in range(first, music.shape[1]):
        logits = engine.step(state, rows[:, step], np.full(count, step // 20))
        found.append(
            np.concatenate([np.array(t(music[:, step, :k]) if k else t) for k, t in enumerate(logits)], axis=1)
        )
    return np.stack(found)


def greedy(engine, stream, families: int, count: int, capacity=1024) -> np.ndarray:
    """Return the rows (count, families) that take the most likely id each time."""
    state, row, found = engine.start([stream], capacity), stream.rows[-1:], []
    for place in range(count):
        logits, row = engine.step(state, row, np.array([place // 20])), np.zeros((1, families), np.int64)
        for k, given in enumerate(logits):
            row[:, k] = (given(row[:, :k]) if callable(given) else given).argmax(axis=1)
        found.append(row[0])
    return np.stack(found)


@pytest.fixture(params=SHAPES)
def shape(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory):
    """Return a maker of exported folders, each made once: folder_of("no styles", "int8")."""

    @functools.cache
    def make(name: str = "no styles", quantization: str = "none") -> Path:
        place = tmp_path_factory.mktemp("exported")
        return export_of(checkpoint_of(place / "checkpoint", name), place, quantization=quantization)

    return make


@pytest.fixture
def make():
    return SimpleNamespace(
        sizes=sizes_of,
        weights=random_weights,
        interface=interface_of,
        checkpoint=checkpoint_of,
        export=export_of,
        streams=streams_of,
        music=music_of,
        along=logits_along,
        greedy=greedy,
    )
