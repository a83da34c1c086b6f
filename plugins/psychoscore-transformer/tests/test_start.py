"""A training can begin with the weights of a trained checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import ConditionSpace
from psychoscore_core.report import Silent
from psychoscore_training.data import open_prepared
from psychoscore_training.known import Known
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.start import read_start


@pytest.fixture
def old(make, backend, tmp_path):
    """Return the folder of a checkpoint that never saw a profile, nor the ids 4 and 20."""
    folder = tmp_path / "old"
    folder.mkdir()
    digests = {"vocabulary": backend().vocabulary.digest, "space": backend().space.digest}
    known = Known(unseen=(frozenset({4, 20}),), profiles=False)
    write_checkpoint(folder, make.model(style_tokens=0), 32, digests, 7, {"nats": 1.5}, known)
    return folder


@pytest.fixture
def begun(backend, corpus, terms, training, tmp_path):
    """Return what trains from a checkpoint for so many steps, and the folder that it leaves."""

    def train(start: Path, steps: int = 1, rate: float = 1e-9, **changes: object) -> Path:
        folder = tmp_path / "new"
        little = evolve(training, steps=steps, learning_rate=rate, warmup=0.0, weight_decay=0.0)
        built = backend(start_from=start, **{"style_tokens": 0, **changes})
        built.train(corpus.folder, terms, little, folder, Silent())
        return folder

    return train


def weights(folder: Path, backend) -> dict[str, np.ndarray]:
    built = backend()
    built.load(folder)
    return dict(built._loaded.weights)


def test_training_begins_with_its_weights(old, begun, backend):
    before, after = weights(old, backend), weights(begun(old), backend)
    same = [name for name in before if not name.startswith("vector.map")]
    assert all(np.allclose(before[name], after[name], atol=1e-6) for name in same)


def test_training_moves_them(old, begun, backend):
    before, after = weights(old, backend), weights(begun(old, rate=1e-2), backend)
    assert not np.allclose(before["norm.weight"], after["norm.weight"], atol=1e-4)


def test_a_profile_that_it_never_saw_begins_as_no_profile(old, backend, make):
    start = read_start(old, backend().vocabulary.digest, backend().space.digest, make.sizes(style_tokens=0))
    assert not start.weights["vector.map.weight"].any()
    assert np.array_equal(start.weights["vector.map.bias"], start.weights["vector.none"])


def test_what_either_training_showed_is_known(old, begun):
    known = json.loads((begun(old) / "model.json").read_text())["known"]
    assert known["profiles"] is True and 4 not in known["unseen"][0]  # the toy corpus has bar lines, id 4


def test_what_neither_training_showed_stays_unknown(old, backend, make):
    start = read_start(old, backend().vocabulary.digest, backend().space.digest, make.sizes(style_tokens=0))
    found = start.known(Known(unseen=(frozenset({5, 20}),), profiles=False))
    assert found == Known(unseen=(frozenset({20}),), profiles=False)


def test_the_new_checkpoint_says_where_it_began(old, begun):
    record = json.loads((begun(old) / "checkpoint.json").read_text())["started_from"]
    assert (record["steps"], record["metrics"], len(record["weights"])) == (7, {"nats": 1.5}, 16)


def test_a_model_is_evaluated_on_what_its_training_showed(old, backend, corpus):
    shown = backend(checkpoint=old)._ready().known.shown_data(corpus)
    assert not shown.stated.any() and shown.hidden == {4, 20} and corpus.stated.all()


def test_a_profile_that_training_never_showed_changes_no_evaluation(old, backend, corpus, make, tmp_path):
    other = open_prepared(make.corpus(tmp_path / "other", vector=(9.0, 9.0, 9.0)))
    found = [backend(checkpoint=old).evaluate(data.folder, "validation") for data in (corpus, other)]
    assert found[0]["nats_per_token"] == found[1]["nats_per_token"]


def test_a_training_from_chance_says_nothing_of_it(backend, corpus, terms, training, tmp_path):
    backend().train(corpus.folder, terms, training, tmp_path / "t", Silent())
    assert "started_from" not in json.loads((tmp_path / "t" / "checkpoint.json").read_text())


def test_other_sizes_are_refused_with_both(old, begun):
    message = f"model.start_from: {old}: a model of layers 2, width 32, but this project asks for layers 3, width 64$"
    with pytest.raises(CheckpointError, match=message):
        begun(old, layers=3, width=64)


def test_another_dropout_is_no_other_size(old, begun):
    assert (begun(old, dropout=0.3) / "model.safetensors").exists()


def test_another_space_is_refused_with_both_digests(old, backend, make):
    other = ConditionSpace(vector=("q",), bar=()).digest
    message = f"model.start_from: .*condition space {backend().space.digest}, but this project has {other}"
    with pytest.raises(CheckpointError, match=message):
        read_start(old, backend().vocabulary.digest, other, make.sizes(style_tokens=0))


def test_a_folder_without_checkpoint_is_refused(begun, tmp_path):
    with pytest.raises(CheckpointError, match=r"model.start_from: .*checkpoint.json: not readable"):
        begun(tmp_path)


def test_it_does_not_go_with_a_ready_checkpoint():
    with pytest.raises(ValueError, match="checkpoint takes the place of training, which start_from would begin"):
        TransformerConfig(checkpoint=Path("a"), start_from=Path("b"))


def test_the_pianist_is_known_by_name():
    assert (TransformerConfig(start_from="pianist").start / "model.safetensors").is_file()


def test_a_pianist_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.resources.files", _missing)
    with pytest.raises(CheckpointError, match="'pianist' needs the package psychoscore-pianist"):
        _ = TransformerConfig(start_from="pianist").start


def _missing(name: str) -> Path:
    raise ModuleNotFoundError(name)
