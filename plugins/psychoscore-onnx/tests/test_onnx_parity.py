"""Exported models give the logits of the checkpoint's own engines."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import Stream
from psychoscore_onnx.folder import open_folder
from psychoscore_pianist.plugin import WEIGHTS
from psychoscore_training.known import Unlearnt
from psychoscore_transformer.checkpoint import read_checkpoint
from psychoscore_transformer.numpy_engine import NumpyEngine

SEED = 3


def torch_engine(sizes, weights):
    import torch

    from psychoscore_transformer.torch_engine import TorchEngine, build

    torch.set_num_threads(1)
    return TorchEngine(build(sizes, weights, "cpu"))


def closeness(wanted, found):
    """Return the largest difference in units of the largest logit."""
    return float(np.abs(wanted - found).max() / np.abs(wanted).max())


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["several families, styles", "no styles", "type first"])
def test_two_hundred_rows_are_torchs(make, folder_of, name, count):
    sizes = make.sizes(name)
    streams, music = make.streams(sizes, count), make.music(sizes, count, 200)
    wanted = make.along(torch_engine(sizes, make.weights(sizes)), streams, music)
    assert closeness(wanted, make.along(open_folder(folder_of(name), 1).engine, streams, music)) < 1e-5


@pytest.mark.parametrize("count", [1, 3])
def test_three_hundred_rows_are_the_numpy_engines(make, folder_of, shape, count):
    sizes = make.sizes(shape)
    streams, music = make.streams(sizes, count), make.music(sizes, count, 300)
    wanted = make.along(NumpyEngine(sizes, make.weights(sizes)), streams, music)
    assert closeness(wanted, make.along(open_folder(folder_of(shape), 1).engine, streams, music)) < 1e-5


def test_rows_read_at_once_give_what_rows_read_one_by_one_give(make, folder_of, shape):
    sizes, engine = make.sizes(shape), open_folder(folder_of(shape), 1).engine
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 290)
    steps = make.along(engine, streams, music)[280:]
    assert closeness(steps, make.along(engine, streams, music, first=280)) < 1e-5


@pytest.mark.parametrize("name", ["several families, styles", "no styles", "type first"])
def test_two_hundred_greedy_rows_are_torchs(make, folder_of, name):
    sizes = make.sizes(name)
    stream, families = make.streams(sizes, 3, SEED)[2], len(sizes.families)
    wanted = make.greedy(torch_engine(sizes, make.weights(sizes)), stream, families, 200)
    assert np.array_equal(wanted, make.greedy(open_folder(folder_of(name), 1).engine, stream, families, 200))


def test_int8_is_near(make, folder_of, shape):
    sizes = make.sizes(shape)
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 60)
    wanted = make.along(NumpyEngine(sizes, make.weights(sizes)), streams, music)
    found = make.along(open_folder(folder_of(shape, "int8"), 1).engine, streams, music)
    assert np.sqrt(np.mean((wanted - found) ** 2)) < 0.06 * wanted.std()  # weights of chance are the hardest to round


def test_int8_rows_ignore_those_beside_them(make, folder_of):
    sizes, engine = make.sizes("no styles"), open_folder(folder_of("no styles", "int8"), 1).engine
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 60)
    together = make.along(engine, streams, music)
    alone = np.concatenate([make.along(engine, [s], music[i : i + 1]) for i, s in enumerate(streams)], axis=1)
    assert closeness(alone, together) < 1e-5


@pytest.fixture(scope="module")
def pianist():
    return read_checkpoint(WEIGHTS, "c2c25df4de5427ce", "faa6b2d6358ab285")


@pytest.fixture(scope="module")
def pianists(tmp_path_factory, pianist):
    """Return the pianist's engines, float32 and int8, through the whole export."""
    from psychoscore_core.config.layers import load_project
    from psychoscore_core.plugins import discover
    from psychoscore_core.run.exporting import export_model

    out, found = tmp_path_factory.mktemp("pianist"), {}
    for quantization in ("none", "int8"):
        sets = (f"exporters.onnx.quantization={quantization}",)
        resolved = load_project(out, discover(), sets=sets, required=False)
        found[quantization] = open_folder(export_model(resolved, out, out, "onnx")[0].path.parent, 1).engine
    return found


def test_the_pianist_plays_torchs_two_hundred_rows(make, pianist, pianists):
    prompt = np.array([[1, 0, 0, 0, 0], [2, 0, 0, 0, 0]])
    bars = tuple(map(tuple, np.random.default_rng(SEED).random((10, pianist.sizes.bar)).tolist()))
    stream = Stream(rows=prompt, vector=None, bars=bars)
    engine = torch_engine(pianist.sizes, pianist.weights)
    unlearnt = Unlearnt.of(pianist.known, pianist.sizes.families)

    class Learnt:
        start = staticmethod(engine.start)

        @staticmethod
        def step(*given):
            return unlearnt.taken(engine.step(*given))

    wanted = make.greedy(Learnt, stream, 5, 200)
    assert np.array_equal(wanted, make.greedy(pianists["none"], stream, 5, 200))


def test_the_pianist_in_int8_mostly_finds_the_same_likely(make, pianist, pianists):
    streams, music = make.streams(pianist.sizes, 2), make.music(pianist.sizes, 2, 100)
    wanted, found = (make.along(pianists[kind], streams, music) for kind in ("none", "int8"))

    def parts(logits):
        return np.split(logits, np.cumsum(pianist.sizes.families)[:-1], axis=-1)

    same = [a.argmax(-1) == b.argmax(-1) for a, b in zip(parts(wanted), parts(found), strict=True)]
    assert np.mean(same) > 0.95
