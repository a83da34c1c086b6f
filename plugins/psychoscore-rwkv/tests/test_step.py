"""The engine: equal to the float64 reference for any batch, any lengths, any way of reading."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from psychoscore_rwkv.prefix import PIECE
from psychoscore_rwkv.step import Engine


@pytest.fixture
def engine(make) -> Engine:
    return Engine(make.base())


def stepped(engine, state, ids) -> np.ndarray:
    """Return the logits (batch, time, vocabulary) of ids (batch, time) read one by one."""
    return np.stack([engine.step(state, engine.embed(column)) for column in ids.T], axis=1)


def wanted(make, ids) -> np.ndarray:
    return np.stack([make.reference().of_ids(row) for row in ids])


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_steps_give_the_logits_of_the_reference(make, engine, ids, batch):
    found = stepped(engine, engine.empty(batch), ids[:batch])
    assert np.abs(found - wanted(make, ids[:batch])).max() < 1e-4


def test_reading_gives_the_logits_after_the_last_row(make, engine, ids):
    found = engine.read(engine.empty(3), engine.embed(ids))
    assert np.abs(found - wanted(make, ids)[:, -1]).max() < 1e-4


def test_steps_after_reading_go_on(make, engine, ids):
    state = engine.empty(3)
    engine.read(state, engine.embed(ids[:, :30]))
    assert np.abs(stepped(engine, state, ids[:, 30:]) - wanted(make, ids)[:, 30:]).max() < 1e-4


def test_reading_after_steps_goes_on(make, engine, ids):
    state = engine.empty(3)
    stepped(engine, state, ids[:, :10])
    assert np.abs(engine.read(state, engine.embed(ids[:, 10:])) - wanted(make, ids)[:, -1]).max() < 1e-4


@pytest.mark.parametrize("lengths", [(5, 30, 12), (30, 0, 1), (0, 0, 0)])
def test_rows_behind_a_streams_end_change_nothing(make, engine, ids, lengths):
    state, rows = engine.empty(3), engine.embed(ids[:, :30])
    for stream, length in enumerate(lengths):
        rows[stream, length:] = np.nan
    engine.read(state, rows, lengths)
    for stream, length in enumerate(lengths):
        alone = engine.keep(engine.empty(3), [stream])
        engine.read(alone, engine.embed(ids[stream : stream + 1, :length]))
        assert np.allclose(state.rows[..., stream], alone.rows[..., 0], atol=1e-5)
        assert np.allclose(state.sums[..., stream], alone.sums[..., 0], atol=1e-5)
        assert np.allclose(state.hidden[stream], alone.hidden[0], atol=1e-5)


def test_prompts_longer_than_a_piece_are_read_whole(engine):
    ids = np.random.default_rng(0).integers(0, 37, (2, PIECE + 20))
    state, other = engine.empty(2), engine.empty(2)
    found = engine.read(state, engine.embed(ids), [PIECE + 20, 7])
    assert np.abs(found[0] - stepped(engine, other, ids)[0, -1]).max() < 1e-4
    engine.step(state, engine.embed(ids[:, 0]))
    assert np.isfinite(state.hidden).all()


def test_streams_that_are_kept_go_on_as_they_were(make, engine, ids):
    state = engine.empty(3)
    stepped(engine, state, ids[:, :20])
    state = engine.keep(state, [2, 0, 0])
    found = stepped(engine, state, ids[[2, 0, 0], 20:])
    assert np.abs(found - wanted(make, ids)[[2, 0, 0], 20:]).max() < 1e-4


def test_the_last_hidden_row_gives_the_logits(engine, ids):
    state = engine.empty(3)
    found = engine.read(state, engine.embed(ids))
    assert np.allclose(engine.fused.head.rows(state.hidden), found, atol=1e-5)


def test_logits_stay_what_they_were_when_the_next_row_is_read(engine, ids):
    state = engine.empty(3)
    found = engine.step(state, engine.embed(ids[:, 0]))
    before = found.copy()
    engine.step(state, engine.embed(ids[:, 1]))
    assert np.array_equal(found, before)


def test_a_state_does_not_grow(engine):
    state = engine.empty(2)
    before = state.nbytes
    for _ in range(50):
        engine.step(state, engine.embed([1, 2]))
    assert state.nbytes == before


def test_keys_of_any_size_do_not_overflow(make):
    weights = make.weights()
    for name in weights:
        if name.endswith("att.key.weight"):
            weights[name] *= 100
    engine = Engine(weights)
    ids = np.random.default_rng(0).integers(0, 37, (2, 60))
    assert np.isfinite(stepped(engine, engine.empty(2), ids)).all()
    assert np.isfinite(engine.read(engine.empty(2), engine.embed(ids))).all()


def test_a_model_its_tensors_and_its_base_decode_the_same(make, ids):
    from psychoscore_rwkv.model import load

    base = make.base()
    engines = [Engine(source) for source in (base, load(base.folder), load(base.folder).state_dict(), make.weights())]
    found = [stepped(engine, engine.empty(3), ids[:, :5]) for engine in engines]
    assert all(np.array_equal(other, found[0]) for other in found)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_read_exactly(make, ids, dtype):
    import torch

    weights = make.weights(dtype=getattr(torch, dtype))
    engines = Engine(make.base(weights)), Engine(weights)
    found = [stepped(engine, engine.empty(3), ids[:, :5]) for engine in engines]
    assert np.array_equal(*found)


@pytest.fixture
def native():
    library = pytest.importorskip("psychoscore_native.library", reason="psychoscore-native is not installed")
    try:
        library.library()
    except ImportError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(("precision", "error"), [("fp16", 0.005), ("int8", 0.1)])
def test_smaller_weights_are_close(make, native, ids, precision, error):
    engine = Engine(make.base(), precision)
    exact = wanted(make, ids)
    found = stepped(engine, engine.empty(3), ids)
    read = engine.read(engine.empty(3), engine.embed(ids))
    assert np.abs(found - exact).mean() < error * exact.std()
    assert np.abs(read - exact[:, -1]).mean() < error * exact.std()


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_smaller_weights_give_a_stream_the_same_in_any_batch(make, native, ids, precision):
    engine = Engine(make.base(), precision)
    together = stepped(engine, engine.empty(3), ids)
    alone = [stepped(engine, engine.empty(1), row[None])[0] for row in ids]
    assert np.abs(together - np.stack(alone)).max() < 1e-2


def test_halves_without_the_library_are_an_import_error(make, monkeypatch):
    monkeypatch.setitem(sys.modules, "psychoscore_native.library", None)
    with pytest.raises(ImportError, match="psychoscore_native"):
        Engine(make.base(), "fp16")


def test_another_precision_is_refused(make):
    with pytest.raises(ValueError, match="precision must be one of fp32, fp16, int8, not 'int4'"):
        Engine(make.base(), "int4")


def test_torch_is_not_imported_to_decode(make):
    script = """
import sys
from pathlib import Path
from psychoscore_rwkv.base_model import read_base
from psychoscore_rwkv.step import Engine
engine = Engine(read_base(Path(sys.argv[1])))
engine.step(engine.empty(1), engine.embed([3]))
assert not {"torch", "transformers"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script, make.base().folder], check=True)


def test_ids_outside_the_vocabulary_are_refused(engine):
    with pytest.raises(ValueError, match="ids must be from 0 to 36"):
        engine.embed([3, 37])


def test_rows_of_another_shape_are_refused(engine):
    with pytest.raises(ValueError, match=r"rows \(2, 5\) do not fit 2 streams of width 16"):
        engine.step(engine.empty(2), np.zeros((2, 5)))


def test_lengths_beyond_the_rows_are_refused(engine):
    with pytest.raises(ValueError, match="lengths must be 2 numbers from 0 to 4"):
        engine.read(engine.empty(2), np.zeros((2, 4, 16)), [5, 1])


def test_weights_of_another_architecture_are_refused():
    with pytest.raises(ValueError, match=r"rwkv.embeddings.weight is missing"):
        Engine({"wte.weight": np.zeros((3, 3), np.float32)})
