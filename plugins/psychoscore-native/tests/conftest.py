"""Small models of every shape, streams for them, and the logits that an engine gives along some music."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from psychoscore_core.records import Stream
from psychoscore_native.engine import NativeEngine
from psychoscore_native.library import library
from psychoscore_transformer.layout import weights
from psychoscore_transformer.sizes import Sizes

SMALL = {"layers": 2, "width": 32, "heads": 4, "kv_heads": 2, "hidden": 64, "style_tokens": 8, "dropout": 0.0}
SHAPES = {
    "one family, styles": {"families": (21,)},
    "several families, styles": {"families": (21, 7, 11)},
    "no styles": {"families": (21, 7, 11), "style_tokens": 0},
    "no bars": {"families": (21,), "style_tokens": 0, "bar": 0},
    "nothing divides": {"families": (45, 3, 33), "width": 72, "heads": 6, "kv_heads": 3, "hidden": 50},
    "one head": {"families": (5, 5), "width": 70, "heads": 1, "kv_heads": 1, "hidden": 33, "style_tokens": 0},
}


def pytest_collection_modifyitems(items):
    try:
        library()
    except ImportError as error:
        for item in items:
            if "tests/test_native" in item.nodeid and "without" not in item.name:
                item.add_marker(pytest.mark.skip(reason=str(error)))


def sizes_with(**shape) -> Sizes:
    return Sizes(**{"vector": 3, "bar": 2, **SMALL, **shape})


def sizes_of(name: str) -> Sizes:
    return sizes_with(**SHAPES[name])


def type_first(name: str) -> Sizes:
    """Return sizes of a model whose families are predicted from the first one alone."""
    return sizes_with(**SHAPES[name], row_heads="type-first")


def random_weights(sizes: Sizes, seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights large enough for differences to show."""
    random = np.random.default_rng(seed)
    return {
        name: (
            1 + 0.1 * random.standard_normal(shape) if "norm" in name else 0.25 * random.standard_normal(shape)
        ).astype(np.float32)
        for name, shape in weights(sizes).items()
    }


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
        tables = [table if k == 0 else table(music[:, step, :k]) for k, table in enumerate(logits)]
        found.append(np.concatenate(tables, axis=1))
    return np.stack(found)


@pytest.fixture(params=SHAPES)
def sizes(request) -> Sizes:
    return sizes_of(request.param)


def _runs(kernels: str) -> bool:
    sizes = sizes_of("no bars")
    try:
        return bool(NativeEngine(sizes, random_weights(sizes), kernels=kernels).network.kernels)
    except (ImportError, ValueError):
        return False


@pytest.fixture(params=[name for name in ("plain", "avx2", "avx512", "avx512vnni", "neon") if _runs(name)])
def kernels(request) -> str:
    return request.param


@pytest.fixture
def make():
    def engine(sizes, precision="fp32", count=1, kernels=""):
        return NativeEngine(sizes, random_weights(sizes), precision, count, kernels)

    return SimpleNamespace(
        sizes=sizes_of,
        sizes_with=sizes_with,
        type_first=type_first,
        weights=random_weights,
        streams=streams_of,
        music=music_of,
        along=logits_along,
        engine=engine,
    )
