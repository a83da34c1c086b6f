"""The backend: satisfies the sampler, fits its project or says why not, and needs no torch."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from attrs import evolve

from psychoscore_core.errors import CheckpointError, PluginError
from psychoscore_core.records import Checkpoint, ConditionSpace, Family, Interface, Stream
from psychoscore_core.testing import conformance, toy
from psychoscore_core.testing.kit import check_plugin
from psychoscore_onnx import plugin
from psychoscore_onnx.backend import OnnxBackend
from psychoscore_onnx.plugin import OnnxConfig
from psychoscore_training.known import Known
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.numpy_engine import NumpyEngine

test_conformance = conformance(plugin)


@pytest.fixture
def backend(make, folder_of):
    spoken = make.interface(make.sizes("no styles"))
    return OnnxBackend(OnnxConfig(path=folder_of(), max_context=64), spoken.vocabulary, spoken.space)


@pytest.fixture
def streams(make):
    return make.streams(make.sizes("no styles"), 3)


def test_an_exported_model_passes_the_conformance_kit(make, tmp_path):
    """Export a model of the kit's own toy vocabulary, and let the kit play it."""
    sizes = evolve(make.sizes("one family, styles"), families=(len(toy.TEXTS),), vector=57)
    digests = {"vocabulary": toy.VOCABULARY.digest, "space": toy.SPACE.digest}
    model = SimpleNamespace(sizes=sizes, named_parameters=lambda: make.weights(sizes).items())
    (tmp_path / "tokenizer").mkdir()
    write_checkpoint(tmp_path, model, 64, digests, 1, {})
    spoken = Interface(
        model={}, tokenizer={}, encoder={}, vocabulary=toy.VOCABULARY, space=toy.SPACE, prompt=((toy.BOS,), (toy.SEP,))
    )
    folder = make.export(Checkpoint(folder=tmp_path, backend="transformer", interface=spoken, **digests), tmp_path)
    outcomes = check_plugin(plugin, configs={"model:onnx": OnnxConfig(path=folder)})
    assert outcomes.ok, str(outcomes)
    passed = {found.check for found in outcomes.outcomes if found.status == "passed"}
    assert {"streams-ignore-their-neighbours", "condition-may-be-dropped", "logits-fit-the-families"} <= passed


def test_a_backend_without_a_folder_says_what_to_set(make):
    spoken = make.interface(make.sizes("no styles"))
    backend = OnnxBackend(OnnxConfig(), spoken.vocabulary, spoken.space)
    with pytest.raises(CheckpointError, match="set model.path to a folder that `psyco export onnx` wrote"):
        backend.start([])


def test_another_vocabulary_is_refused_naming_both(make, folder_of):
    spoken = make.interface(make.sizes("no styles"))
    other = evolve(spoken.vocabulary, families=(Family(name="f", tokens=("a",)),))
    with pytest.raises(
        CheckpointError, match=f"vocabulary {spoken.vocabulary.digest}, but this project has {other.digest}"
    ):
        OnnxBackend(OnnxConfig(), other, spoken.space).load(folder_of())


def test_another_condition_space_is_refused_naming_both(make, folder_of):
    spoken = make.interface(make.sizes("no styles"))
    other = ConditionSpace(vector=("a",), bar=())
    with pytest.raises(CheckpointError, match=f"space {spoken.space.digest}, but this project has {other.digest}"):
        OnnxBackend(OnnxConfig(), spoken.vocabulary, other).load(folder_of())


def test_a_context_longer_than_the_exported_one_is_refused(make, folder_of):
    spoken = make.interface(make.sizes("no styles"))
    with pytest.raises(CheckpointError, match=r"model.max_context: 2000 rows, but .* was exported for 1024: lower it"):
        OnnxBackend(OnnxConfig(max_context=2000), spoken.vocabulary, spoken.space).load(folder_of())


def test_a_full_state_is_refused_before_it_is_written(backend, streams):
    state = backend.start(streams)
    rows, bars = np.ones((3, 100, 3), np.int64), np.zeros((3, 100), np.int64)
    with pytest.raises(ValueError, match="the state is full: it holds 64 rows"):
        backend.extend(state, rows, bars)
    for _ in range(64 - 14):
        backend.step(state, rows[:, 0], bars[:, 0])
    with pytest.raises(ValueError, match="the state is full"):
        backend.step(state, rows[:, 0], bars[:, 0])


@pytest.mark.parametrize("row", [(0, 0, 11), (-1, 0, 0), (21, 0, 0)])
def test_ids_beyond_their_family_are_refused(backend, streams, row):
    state = backend.start(streams)
    with pytest.raises(ValueError, match="ids must lie from 0 to below 21, 7, 11"):
        backend.step(state, np.array([row] * 3), np.zeros(3, int))


@pytest.mark.parametrize("drawn", [21, -1])
def test_drawn_ids_beyond_their_family_are_refused(backend, streams, drawn):
    logits = backend.step(backend.start(streams), np.ones((3, 3), int), np.zeros(3, int))
    with pytest.raises(ValueError, match="an id of family 0 is beyond its 21"):
        logits[1](np.full((3, 1), drawn))


def test_rows_of_another_shape_are_refused(backend, streams):
    with pytest.raises(ValueError, match=r"rows \(2, 3\) in bars \(2,\) do not fit 3 streams"):
        backend.step(backend.start(streams), np.ones((2, 3), int), np.zeros(2, int))


def test_logits_of_a_past_row_are_refused(backend, streams):
    state, rows, bars = backend.start(streams), np.ones((3, 3), int), np.zeros(3, int)
    old = backend.step(state, rows, bars)
    backend.step(state, rows, bars)
    with pytest.raises(ValueError, match="asked for after the next one was read"):
        old[1](rows[:, :1])


def test_other_ids_for_the_same_row_give_other_logits(backend, streams):
    logits = backend.step(backend.start(streams), np.ones((3, 3), int), np.zeros(3, int))
    one, other, again = (logits[2](np.array([ids] * 3)) for ids in ((1, 2), (4, 2), (1, 2)))
    assert np.array_equal(one, again) and not np.allclose(one, other)


def test_streams_that_are_kept_go_on_as_they_were(make, backend, streams):
    music, sizes = make.music(make.sizes("no styles"), 3, 20), make.sizes("no styles")
    state, bars = backend.start(streams), np.zeros(3, int)
    backend.step(state, streams[0].rows[-1:].repeat(3, 0), bars)
    state = backend.keep(state, [2, 0])
    found = [backend.step(state, music[[2, 0], t], bars[:2])[0] for t in range(20)][-1]
    reference = NumpyEngine(sizes, make.weights(sizes))
    state = reference.start(streams, 64)
    reference.step(state, streams[0].rows[-1:].repeat(3, 0), bars)
    wanted = [reference.step(state, music[:, t], bars)[0] for t in range(20)][-1][[2, 0]]
    assert np.abs(found - wanted).max() < 1e-4


def test_logits_that_were_given_stay_as_they_are(backend, streams):
    state, rows, bars = backend.start(streams), np.ones((3, 3), int), np.zeros(3, int)
    first = backend.step(state, rows, bars)[0]
    before = first.copy()
    backend.step(state, rows + 1, bars)
    assert np.array_equal(first, before)


def test_warmth_is_the_exported_models_or_the_configs(make, tmp_path):
    folder = make.export(make.checkpoint(tmp_path / "checkpoint", warmth=1.25), tmp_path)
    spoken, streams = make.interface(make.sizes("no styles")), make.streams(make.sizes("no styles"), 1)

    def first(warmth):
        backend = OnnxBackend(OnnxConfig(path=folder, warmth=warmth), spoken.vocabulary, spoken.space)
        return backend.step(backend.start(streams), np.ones((1, 3), int), np.zeros(1, int))[0]

    assert np.allclose(first(None) * 1.25, first(1.0))


def test_prompt_rows_that_training_never_showed_are_left_out(make, tmp_path):
    known = Known(unseen=(frozenset({9}), frozenset(), frozenset()))
    folder = make.export(make.checkpoint(tmp_path / "checkpoint", known=known), tmp_path)
    spoken = make.interface(make.sizes("no styles"))
    backend = OnnxBackend(OnnxConfig(path=folder), spoken.vocabulary, spoken.space)
    rows = np.array([[1, 0, 0], [9, 0, 0], [5, 0, 0], [9, 0, 0]])
    assert backend.start([Stream(rows=rows, vector=None, bars=None)]).lengths.tolist() == [2]


MISSING = """
import sys
sys.modules[{missing!r}] = None
from psychoscore_core.cli.main import main
main(sys.argv[1:])
"""


def psyco_without(missing, *arguments, cwd):
    command = [sys.executable, "-c", MISSING.format(missing=missing), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_a_missing_runtime_says_what_installs_it(folder_of, tmp_path):
    sets = ("--set", "model=onnx", "--set", f"model.path={folder_of()}")
    done = psyco_without("onnxruntime", "generate", "hamlet", "-o", "a.mid", *sets, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])
    assert "needs the package 'onnxruntime'" in done.stderr
    assert "pip install 'psychoscore-onnx[runtime]'" in done.stderr


def test_exporting_without_the_transformer_says_what_installs_it(make, tmp_path, monkeypatch):
    checkpoint = make.checkpoint(tmp_path / "checkpoint")
    monkeypatch.delitem(sys.modules, "psychoscore_onnx.writing", raising=False)
    monkeypatch.setitem(sys.modules, "psychoscore_transformer.checkpoint", None)
    with pytest.raises(PluginError, match=r"playing does not: pip install 'psychoscore-onnx\[export\]'"):
        make.export(checkpoint, tmp_path / "out")
