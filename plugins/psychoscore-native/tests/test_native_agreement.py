"""The native engine gives what NumPy and torch give, on every instruction set that runs here."""

import numpy as np
import pytest

from psychoscore_native.engine import NativeEngine
from psychoscore_transformer.numpy_engine import NumpyEngine

PRECISIONS = ("fp32", "fp16", "int8")


def test_floats_are_those_of_numpy(make, sizes, kernels):
    streams, music = make.streams(sizes, 4), make.music(sizes, 4, 50)
    found = make.along(make.engine(sizes, kernels=kernels), streams, music)
    expected = make.along(NumpyEngine(sizes, make.weights(sizes)), streams, music)
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_thousand_positions_are_those_of_torch(make):
    torch_engine = pytest.importorskip("psychoscore_transformer.torch_engine")
    sizes = make.sizes("several families, styles")
    model = torch_engine.build(sizes, make.weights(sizes), "cpu")
    streams, music = make.streams(sizes, 1), make.music(sizes, 1, 1000)
    found = make.along(make.engine(sizes), streams, music)
    expected = make.along(torch_engine.TorchEngine(model), streams, music)
    assert np.abs(found - expected).max() <= 1e-4 < np.abs(expected).max()


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_every_instruction_set_rounds_alike(make, sizes, kernels, precision):
    streams, music = make.streams(sizes, 2), make.music(sizes, 2, 8)
    found = make.along(make.engine(sizes, precision, kernels=kernels), streams, music)
    plain = make.along(make.engine(sizes, precision, kernels="plain"), streams, music)
    np.testing.assert_allclose(found, plain, atol={"fp16": 0.01, "int8": 0.25}[precision])


@pytest.mark.parametrize(("precision", "error"), [("fp16", 0.03), ("int8", 0.2)])
def test_smaller_weights_are_close(make, sizes, precision, error):
    streams, music = make.streams(sizes, 2), make.music(sizes, 2, 20)
    found = make.along(make.engine(sizes, precision), streams, music)
    expected = make.along(make.engine(sizes), streams, music)
    assert 0 < np.sqrt(np.square(found - expected).mean()) < error * expected.std()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_threads_change_no_bit(make, sizes, kernels, precision):
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 30)
    one, two = (make.along(make.engine(sizes, precision, n, kernels), streams, music) for n in (1, 2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_stream_is_the_same_alone_and_in_a_batch_of_16(make, sizes, kernels, precision):
    engine = make.engine(sizes, precision, 2, kernels)
    streams, music = make.streams(sizes, 16), make.music(sizes, 16, 12)
    together = make.along(engine, streams, music)
    for i in (0, 1, 2, 7, 15):
        assert np.array_equal(together[:, i : i + 1], make.along(engine, streams[i : i + 1], music[i : i + 1]))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_reading_many_rows_at_once_changes_no_bit(make, sizes, kernels, precision):
    engine = make.engine(sizes, precision, 2, kernels)
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 40)
    stepped, read = (make.along(engine, streams, music, first) for first in (0, 33))
    assert np.array_equal(stepped[33:], read)


def test_long_prompts_are_read_in_pieces(make):
    sizes = make.sizes("no styles")
    streams, music = make.streams(sizes, 3), make.music(sizes, 3, 301)
    found = make.along(make.engine(sizes, count=2), streams, music, 300)
    expected = make.along(NumpyEngine(sizes, make.weights(sizes)), streams, music, 300)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_keeping_some_streams_changes_no_bit_for_them(make, sizes):
    engine, streams, music = make.engine(sizes, "fp16"), make.streams(sizes, 4), make.music(sizes, 4, 6)
    expected = make.along(engine, streams, music)[5]
    state = engine.start(streams, 64)
    rows = np.concatenate([np.stack([s.rows[-1:] for s in streams]), music], axis=1)
    engine.extend(state, rows[:, :5], np.zeros((4, 5), int))
    state = engine.keep(state, [3, 1])
    logits = engine.step(state, rows[[3, 1], 5], np.zeros(2, int))
    tables = [logits[0], *(later(music[[3, 1], 5, :k]) for k, later in enumerate(logits[1:], 1))]
    assert np.array_equal(np.concatenate(tables, axis=1), expected[[3, 1]])


def test_a_family_asked_for_twice_gives_the_same(make):
    sizes = make.sizes("no styles")
    engine = make.engine(sizes)
    _, second, third = engine.step(engine.start(make.streams(sizes, 1), 64), np.array([[1, 1, 1]]), np.array([0]))
    before, other = third(np.array([[4, 2]])), third(np.array([[5, 2]]))
    second(np.array([[4]]))
    assert np.abs(before - other).max() > 1e-3
    assert np.array_equal(before, third(np.array([[4, 2]])))


def test_it_is_a_decoder_for_numbers_of_any_kind(make):
    sizes = make.sizes("no styles")
    engine = NativeEngine(sizes, make.weights(sizes))
    state = engine.start(make.streams(sizes, 2), 64)
    rows = np.array([[1, 2, 3], [4, 5, 6]], np.int16)
    strided = engine.step(engine.start(make.streams(sizes, 2), 64), np.asfortranarray(rows), np.array([0, 1], np.int8))
    assert np.array_equal(engine.step(state, rows.astype(np.int64), np.array([0, 1]))[0], strided[0])


def type_first_logits(weights, hidden, ids):
    """Return the logits of families 1 and 2: each from the hidden state and the first id, by its own part alone."""

    def normed(x, name):
        return x / np.sqrt(np.square(x).mean(-1, keepdims=True) + 1e-6) * weights[name + ".weight"]

    state = hidden + weights["chain.tables.0.weight"][ids]
    for part in ("chain.parts.0", "chain.parts.1"):
        gate = normed(state, part + ".norm1") @ weights[part + ".up.weight"].T
        own = state + gate / (1 + np.exp(-gate)) @ weights[part + ".out.weight"].T
        yield normed(own, part + ".norm2") @ weights[f"embeddings.{int(part[-1]) + 1}.weight"].T


@pytest.mark.parametrize(("precision", "error"), [("fp32", 1e-5), ("fp16", 0.01), ("int8", 0.1)])
def test_type_first_heads_hear_the_first_family_alone(make, kernels, precision, error):
    sizes = make.type_first("several families, styles")
    weights = make.weights(sizes)
    engine = NativeEngine(sizes, weights, precision, kernels=kernels)
    state, rows = engine.start(make.streams(sizes, 3), 64), make.music(sizes, 3, 2)
    step = engine.step(state, rows[:, 0], np.zeros(3, int))
    hidden, drawn = state._states[0, :, : sizes.width].copy(), rows[:, 1]
    expected = list(type_first_logits(weights, hidden, drawn[:, 0]))
    for family in (2, 1, 2):
        wanted = expected[family - 1]
        assert np.abs(step[family](drawn[:, :family]) - wanted).max() < error * np.abs(wanted).max()


def test_type_first_heads_do_not_hear_other_families(make):
    sizes = make.type_first("several families, styles")
    engine = NativeEngine(sizes, make.weights(sizes), "fp32")
    third = engine.step(engine.start(make.streams(sizes, 1), 64), np.array([[1, 1, 1]]), np.array([0]))[2]
    assert np.array_equal(third(np.array([[4, 2]])), third(np.array([[4, 5]])))
    assert np.abs(third(np.array([[4, 2]])) - third(np.array([[3, 2]]))).max() > 1e-3
