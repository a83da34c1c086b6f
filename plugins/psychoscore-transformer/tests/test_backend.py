"""The backend trains, evaluates, loads what it trained, and passes the conformance kit."""

import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from psychoscore_core.errors import DataError
from psychoscore_core.records import Checkpoint, ConditionSpace
from psychoscore_core.report import Silent
from psychoscore_core.testing import check_plugin, conformance, toy
from psychoscore_transformer import plugin
from psychoscore_transformer.checkpoint import write_checkpoint
from psychoscore_transformer.model import Model
from psychoscore_transformer.plugin import TransformerConfig

test_conformance = conformance(plugin)


def test_a_trained_one_passes_the_kit_too(backend, tmp_path):
    built = backend(toy.VOCABULARY, toy.SPACE)
    digests = {"vocabulary": toy.VOCABULARY.digest, "space": toy.SPACE.digest}
    sizes = built.sizes((toy.VOCABULARY.families[0].size,))
    write_checkpoint(tmp_path, Model(sizes), 32, digests, 0, {})
    configs = {"model:transformer": TransformerConfig(checkpoint=tmp_path, device="cpu")}
    outcomes = check_plugin(plugin, configs=configs)
    outcomes.raise_for_failures()
    skipped = {o.check for o in outcomes.outcomes if o.status == "skipped"}
    assert all(check.startswith(("compos", "draws")) for check in skipped)


def test_training_leaves_a_checkpoint(backend, corpus, terms, training, tmp_path):
    folder = tmp_path / "t"
    checkpoint = backend().train(corpus.folder, terms, training, folder, Silent())
    assert isinstance(checkpoint, Checkpoint) and checkpoint.folder == folder and checkpoint.steps in (2, 4)
    names = {path.name for path in folder.iterdir()}
    assert names == {"model.safetensors", "model.json", "checkpoint.json", "state.safetensors", "last", "loss.png"}
    assert checkpoint.metrics["validation_nats_per_token"] > 0


def test_a_loaded_checkpoint_evaluates_as_the_trained_one(backend, corpus, terms, training, tmp_path):
    trained, loaded = backend(), backend()
    trained.train(corpus.folder, terms, training, tmp_path / "t", Silent())
    loaded.load(tmp_path / "t")
    metrics = loaded.evaluate(corpus.folder, "validation")
    assert metrics == trained.evaluate(corpus.folder, "validation")
    assert {"nats_per_token", "nats_per_note", "bigram_nats_per_token", "tokens"} <= set(metrics)


def test_a_configured_checkpoint_replaces_training(backend, corpus, terms, training, tmp_path):
    backend().train(corpus.folder, terms, training, tmp_path / "t", Silent())
    ready = backend(checkpoint=tmp_path / "t")
    assert ready.train(corpus.folder, terms, training, tmp_path / "new", Silent()).folder == tmp_path / "t"
    assert not (tmp_path / "new").exists()


def test_data_of_another_space_is_refused(backend, corpus, terms, training, tmp_path):
    other = backend(space=ConditionSpace(vector=("q",), bar=()))
    with pytest.raises(DataError, match="prepared with the condition space .*, but this project has"):
        other.train(corpus.folder, terms, training, tmp_path / "t", Silent())


def test_the_seed_decides_the_weights(backend, corpus, terms, training, tmp_path):
    weights = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        backend(dropout=0.1).train(corpus.folder, terms, evolve(training, seed=seed), tmp_path / name, Silent())
        weights.append((tmp_path / name / "last" / "model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_hidden_size_is_the_width(backend):
    assert backend().hidden_size() == 32


def test_overrides_change_a_preset():
    assert TransformerConfig(size="tiny", layers=2).shape().layers == 2


def test_sizes_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="width 128 cannot be divided into 3 heads of even size"):
        TransformerConfig(size="tiny", heads=3)


def test_the_plugin_imports_nothing_heavy():
    code = "import psychoscore_transformer.plugin, sys; print({'torch', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_model_is_one_readable_file():
    text = Path(plugin.__file__).with_name("model.py").read_text()
    assert len(text.splitlines()) < 300
