"""Decoding with the cache gives what the parallel forward pass gives, alone or in a batch."""

import numpy as np
import pytest
import torch
from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_transformer.checkpoint import write_checkpoint

MUSIC = np.random.default_rng(5).integers(5, 21, (4, 12, 1)).astype(np.int32)
BARS = np.repeat(np.arange(4), 3)[None].repeat(4, 0)  # bars 0 to 3, of which the plan knows 0 to 2


@pytest.fixture(params=["numpy", "torch"])
def decoder(request, make, backend, tmp_path):
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    write_checkpoint(tmp_path, make.model(), 32, digests, 0, {})
    built = backend(max_context=64, engine=request.param)
    built.load(tmp_path)
    return built


def decode(decoder, streams, time=12):
    """Return the logits (batch, time + 1, size) after the prompts and after every row of the music."""
    state, count = decoder.start(streams), len(streams)
    last = np.stack([stream.rows[-1] for stream in streams])
    logits = [decoder.step(state, last, np.full(count, -1))[0]]
    logits += [decoder.step(state, MUSIC[:count, t], BARS[:count, t])[0] for t in range(time)]
    return np.stack(logits, axis=1)


def parallel(decoder, stream, music):
    """Return the same logits from one pass over all rows."""
    from psychoscore_training.batches import Batch

    known = torch.tensor(stream.bars or (), dtype=torch.float32).reshape(1, -1, 2)
    head = len(stream.rows)
    bars = torch.tensor([[-1] * head + np.minimum(BARS[0], known.shape[1]).tolist()])
    rows = torch.from_numpy(np.concatenate([stream.rows, music]).astype(np.int64))[None]
    vector = torch.tensor([stream.vector or (0.0,) * 3])
    seen = torch.tensor([stream.vector is not None])
    unused = {"targets": rows, "mask": bars >= 0, "conditioned": seen, "groups": seen, "stated": seen}
    batch = Batch(rows=rows, bars=bars, bar_conditions=known, vector=vector, vector_seen=seen, **unused)
    with torch.no_grad():
        return decoder.model()(batch).logits[0][0, head - 1 :].numpy()


@pytest.mark.parametrize("bars", [3, None])
def test_step_by_step_equals_the_parallel_pass(make, decoder, bars):
    stream = make.stream(0, bars=bars)
    found, expected = decode(decoder, [stream])[0], parallel(decoder, stream, MUSIC[0])
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_batch_of_unlike_prompts_equals_each_alone(make, decoder):
    streams = [make.stream(0, 6), make.stream(1, 2), make.stream(2, 11, None), make.stream(3, 9, 1)]
    together = decode(decoder, streams)
    for i, stream in enumerate(streams):
        np.testing.assert_allclose(together[i], parallel(decoder, stream, MUSIC[i]), atol=1e-4)
    alone = decode(decoder, [streams[0]])
    np.testing.assert_allclose(together[:1], alone, atol=1e-5)


def test_a_prompt_of_one_row_works(make, decoder):
    stream = evolve(make.stream(0), rows=np.array([[2]], np.int32))
    np.testing.assert_allclose(decode(decoder, [stream])[0], parallel(decoder, stream, MUSIC[0]), atol=1e-4)


@pytest.mark.parametrize("lengths", [(6, 6), (6, 3)])
def test_extending_equals_stepping(make, decoder, lengths):
    streams = [make.stream(i, length) for i, length in enumerate(lengths)]
    expected = decode(decoder, streams)[:, -1]
    state = decoder.start(streams)
    decoder.step(state, np.stack([stream.rows[-1] for stream in streams]), np.full(2, -1))
    decoder.extend(state, MUSIC[:2, :11], BARS[:2, :11])
    np.testing.assert_allclose(decoder.step(state, MUSIC[:2, 11], BARS[:2, 11])[0], expected, atol=1e-5)


def test_keeping_some_streams_changes_nothing_for_them(make, decoder):
    streams = [make.stream(i, length) for i, length in enumerate((6, 3, 8))]
    expected = decode(decoder, streams)[[0, 2], -1]
    state = decoder.start(streams)
    decoder.step(state, np.stack([stream.rows[-1] for stream in streams]), np.full(3, -1))
    for t in range(12):
        if t == 5:
            state = decoder.keep(state, [0, 2])
        chosen = [0, 1, 2] if t < 5 else [0, 2]
        logits = decoder.step(state, MUSIC[chosen, t], BARS[chosen, t])[0]
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_generation_may_exceed_the_training_context(make, decoder):
    state = decoder.start([make.stream(0)])
    for _ in range(50):
        logits = decoder.step(state, np.array([[7]]), np.array([0]))[0]
    assert np.isfinite(logits).all() and state.lengths == [55]


def test_a_full_state_is_an_error(make, decoder):
    state = decoder.start([make.stream(0, length=65)])
    with pytest.raises(ValueError, match="the state is full: it holds 64 rows"):
        decoder.step(state, np.array([[7]]), np.array([0]))


def test_a_backend_without_checkpoint_says_so(make, backend):
    with pytest.raises(CheckpointError, match="no checkpoint is loaded"):
        backend().start([make.stream(0)])
