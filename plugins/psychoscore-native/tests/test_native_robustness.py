"""Whatever comes in, one clear line comes out: foreign packs, ids out of range, full states, forks, many threads."""

import os
import threading

import numpy as np
import pytest

from psychoscore_native import library as native
from psychoscore_native.engine import Network
from psychoscore_native.pack import aligned, pack
from psychoscore_transformer.fused import fuse

HEADER = 43  # 32-bit words: magic, version, format, layers, width, heads, kv_heads, hidden, cross, type first, families
FAMILIES = 10  # the word after which come their sizes


@pytest.fixture(params=["fp32", "fp16", "int8"])
def packed(request, make):
    sizes = make.sizes("nothing divides")
    return pack(sizes, fuse(sizes, make.weights(sizes)), request.param)


def copy_of(block, size=None):
    found = aligned(len(block) if size is None else size)
    found[:] = 0
    found[: min(len(block), len(found))] = block[: len(found)]
    return found


def test_the_pack_it_made_is_opened(packed):
    assert Network(packed).kernels


@pytest.mark.parametrize("size", [0, 1, 63, 167, 192, 4096])
def test_a_truncated_pack_is_refused(packed, size):
    with pytest.raises(ValueError, match=r"^native: (the pack is cut short|not a pack of weights)$"):
        Network(copy_of(packed, size))


def test_a_pack_short_of_its_last_line_is_refused(packed):
    with pytest.raises(ValueError, match="^native: the pack is cut short$"):
        Network(copy_of(packed, len(packed) - 64))


def test_a_pack_with_more_behind_it_is_refused(packed):
    with pytest.raises(ValueError, match="^native: the pack is longer than its sizes say$"):
        Network(copy_of(packed, len(packed) + 64))


def test_another_file_is_refused():
    with pytest.raises(ValueError, match="^native: not a pack of weights$"):
        Network(np.frombuffer(b"{" * 1000, np.uint8))


def test_a_pack_of_another_version_is_refused(packed):
    packed[:HEADER].view()[4] = 9
    with pytest.raises(ValueError, match="^native: a pack of version 9, not 2$"):
        Network(packed)


def test_kernels_of_another_machine_are_refused(packed):
    with pytest.raises(ValueError, match="^native: this machine has no kernels named 'cray'$"):
        Network(packed, "cray")


@pytest.mark.parametrize("value", [0, -1, 3, 129, 8193, 1 << 20, (1 << 31) - 1, -(1 << 31)])
def test_sizes_out_of_range_or_step_are_refused(packed, value):
    words = packed[: 4 * HEADER].view(np.int32)
    for word in range(2, FAMILIES + 1 + int(words[FAMILIES])):
        before, words[word] = words[word], value
        if value not in (before, 0) or (word not in (8, 9) and value != before):
            with pytest.raises(ValueError, match="^native: the pack('s sizes are out of range| is)"):
                Network(packed)
        words[word] = before


def test_random_damage_is_refused_or_harmless(packed, make):
    random = np.random.default_rng(0)
    for _ in range(300):
        bad = copy_of(packed, int(random.choice([len(packed), random.integers(len(packed))])))
        if len(bad):
            end = min(len(bad), int(random.choice([4 * HEADER, len(bad)])))
            places = random.integers(0, end, random.integers(1, 6))
            bad[places] = random.integers(0, 256, len(places))
        try:
            assert Network(bad).kernels
        except ValueError as error:
            assert str(error).startswith("native: ")


def test_a_full_state_is_an_error_and_stays_usable(make):
    engine = make.engine(make.sizes("no styles"))
    state = engine.start(make.streams(engine.sizes, 1), 3)
    rows = np.ones((1, 1, 3), int)
    with pytest.raises(ValueError, match="^the state is full: it holds 3 rows$"):
        engine.extend(state, np.repeat(rows, 4, 1), np.zeros((1, 4), int))
    assert state.lengths == [0]
    engine.extend(state, np.repeat(rows, 3, 1), np.zeros((1, 3), int))
    with pytest.raises(ValueError, match="^the state is full"):
        engine.step(state, rows[0], np.zeros(1, int))


@pytest.mark.parametrize("token", [-1, 21, 1 << 40])
def test_an_id_beyond_its_family_is_an_error(make, token):
    engine = make.engine(make.sizes("no styles"))
    state = engine.start(make.streams(engine.sizes, 1), 8)
    with pytest.raises(ValueError, match=f"^family 0 has no id {token}: it has 21$"):
        engine.step(state, np.array([[token, 0, 0]]), np.array([0]))
    later = engine.step(state, np.array([[0, 0, 0]]), np.array([0]))[1]
    with pytest.raises(ValueError, match=f"^family 0 has no id {token}: it has 21$"):
        later(np.array([[token]]))


@pytest.mark.parametrize("shape", [(2, 3), (1, 2), (3,)])
def test_rows_of_another_shape_are_an_error(make, shape):
    engine = make.engine(make.sizes("no styles"))
    state = engine.start(make.streams(engine.sizes, 1), 8)
    with pytest.raises(ValueError, match="do not fit 1 streams"):
        engine.step(state, np.zeros(shape, int), np.zeros(1, int))


def test_logits_of_an_earlier_row_are_an_error(make):
    engine = make.engine(make.sizes("no styles"))
    state = engine.start(make.streams(engine.sizes, 1), 8)
    stale = engine.step(state, np.array([[0, 0, 0]]), np.array([0]))[1]
    engine.step(state, np.array([[1, 0, 0]]), np.array([0]))
    with pytest.raises(ValueError, match="asked for after the next one was read"):
        stale(np.array([[0]]))


def test_memory_that_is_not_there_is_an_error(make):
    engine = make.engine(make.sizes("no styles"))
    engine._turns = np.empty((1 << 30, 0), np.complex64)  # spares the table of so many positions
    with pytest.raises(MemoryError, match="Unable to allocate"):
        engine.start(make.streams(engine.sizes, 1), 1 << 30)


def test_a_capacity_beyond_counting_is_an_error(make):
    engine = make.engine(make.sizes("no styles"))
    with pytest.raises(ValueError, match="^native: a state of 1073741825 rows is too large"):
        engine.start(make.streams(engine.sizes, 1), (1 << 30) + 1)


def test_weights_beyond_float16_are_refused_in_one_line(make):
    sizes = make.sizes("no bars")
    weights = make.weights(sizes)
    weights["blocks.0.feed.out.weight"][0, 0] = 1e6
    with pytest.raises(ValueError, match="numbers that float16 cannot: use the precision 'fp32'$"):
        pack(sizes, fuse(sizes, weights), "fp16")


def test_a_state_in_use_is_an_error(make):
    engine = make.engine(make.sizes("no styles"))
    state = engine.start(make.streams(engine.sizes, 1), 8)
    state.struct.busy = 1
    with pytest.raises(ValueError, match="in use by another thread"):
        engine.step(state, np.array([[0, 0, 0]]), np.array([0]))


def test_many_threads_get_what_one_gets(make):
    engine = make.engine(make.sizes("several families, styles"), "fp16", 3)
    streams, music = make.streams(engine.sizes, 8), make.music(engine.sizes, 8, 60)
    expected = [make.along(engine, streams[i : i + 1], music[i : i + 1]) for i in range(8)]
    found = [None] * 8

    def work(i):
        found[i] = make.along(engine, streams[i : i + 1], music[i : i + 1])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_helpers_of_a_wider_engine_touch_no_memory_of_a_narrower_one(make, monkeypatch):
    sizes, streams = make.sizes("no styles"), make.streams(make.sizes("no styles"), 16)
    music = make.music(sizes, 16, 40)
    make.along(make.engine(sizes, count=8), streams, music)  # its helpers stay awake for a moment
    narrow, guarded = make.engine(sizes, count=2), []

    def work(state, at_once):
        size = narrow._library.ps_work(narrow.network.handle, at_once, narrow.threads, state.capacity)
        block = np.zeros(size + (1 << 20), np.uint8)
        block[size:] = 77
        guarded.append(block[size:])
        return block[:size]

    monkeypatch.setattr(narrow, "_work", work)
    make.along(narrow, streams, music)
    assert guarded and all((guard == 77).all() for guard in guarded)


def test_a_forked_child_goes_on(make):
    engine = make.engine(make.sizes("no styles"), count=3)
    streams, music = make.streams(engine.sizes, 3), make.music(engine.sizes, 3, 20)
    expected = make.along(engine, streams, music)
    child = os.fork()
    if not child:
        os._exit(0 if np.array_equal(make.along(engine, streams, music), expected) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_without_its_library_it_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr(native, "LIBRARY", tmp_path / "step.so")
    with pytest.raises(ImportError, match="without its library: there was no C compiler that built it"):
        native.library.__wrapped__()


def test_a_library_that_does_not_load_without_a_reason_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(native, "LIBRARY", tmp_path / "step.so")
    native.LIBRARY.write_bytes(b"not a library")
    with pytest.raises(ImportError, match="its library does not load"):
        native.library.__wrapped__()


@pytest.mark.parametrize(("wanted", "given"), [("1", 1), ("3", 3), ("64", 4), ("0", None), ("many", None)])
def test_threads_are_those_of_the_environment(monkeypatch, wanted, given):
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert native.threads() == given or (given is None and 1 <= native.threads() <= 4)
