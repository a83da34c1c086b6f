"""Exports without a run, with fake components."""

from __future__ import annotations

import json

import fake_parts
import pytest

from psychoscore_core.errors import CheckpointError, ConfigError, PluginError, RunError
from psychoscore_core.run.exporting import export_model, verify


@pytest.fixture
def config(trained):
    return json.loads((trained.folder / "psychoscore.json").read_text())


def exported(project, **given):
    return export_model(project.resolve(), project.folder, project.folder / "out", **given)


def test_the_model_that_a_run_has_trained_is_exported(trained, config):
    trained.write(**config, exporters={"weights": {}}).run()
    (artifact,) = exported(trained)
    assert artifact.path == trained.folder / "out" / "weights"


def test_exporters_are_told_what_the_model_speaks(trained, config, monkeypatch):
    heard = []
    monkeypatch.setattr(fake_parts.CheckpointExporter, "export_checkpoint", lambda s, c, f: heard.append(c) or [])
    trained.write(**config, exporters={"weights": {}}).run()
    spoken = heard[0].interface
    assert (spoken.model["use"], spoken.tokenizer["use"], spoken.encoder["use"]) == ("fake", "notes", "psychometric")
    assert (spoken.vocabulary.digest, spoken.prompt) == (heard[0].vocabulary, ((1,), (2,)))


def test_a_checkpoint_is_exported_by_its_folder(trained, config):
    folder = trained.run().results["train"].folder
    (artifact,) = exported(trained.write(exporters={"weights": {}}), checkpoint=folder)
    assert artifact.path.read_text() == "0"


def test_a_checkpoint_of_another_vocabulary_is_refused_naming_both(trained, config):
    folder = trained.run().results["train"].folder
    record = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").write_text(json.dumps(record | {"vocabulary": "beef"}))
    with pytest.raises(CheckpointError, match=r"trained with the vocabulary beef, but this project has \w{16}"):
        exported(trained.write(exporters={"weights": {}}), checkpoint=folder)


def test_a_project_without_a_model_says_what_to_do(project):
    with pytest.raises(RunError, match="no trained model: `psyco run` first, or name one with --checkpoint"):
        exported(project.write(exporters={"weights": {}}))


def test_an_exporter_of_takes_is_no_exporter_of_models(project):
    with pytest.raises(ConfigError, match="export: midi exports takes, not models"):
        exported(project.write(exporters={"midi": {}}), name="midi")


def test_a_project_without_exporters_of_models_says_so(project):
    with pytest.raises(ConfigError, match="no exporter of this project exports a model"):
        exported(project.write(exporters={"midi": {}}))


def test_a_folder_is_verified_by_the_exporter_that_its_manifest_names(project, tmp_path, monkeypatch):
    (tmp_path / "manifest.json").write_text('{"format": "weights"}')
    monkeypatch.setattr(fake_parts.CheckpointExporter, "verify", lambda s, folder: [folder], raising=False)
    assert verify(tmp_path, project.catalogue) == [tmp_path]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 3}'])
def test_a_folder_without_a_manifest_cannot_be_verified(project, tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(CheckpointError, match="no manifest that names its format"):
        verify(tmp_path, project.catalogue)


@pytest.mark.parametrize(("name", "why"), [("tape", "no installed exporter knows"), ("midi", "cannot verify")])
def test_a_format_that_nobody_can_verify_is_named(project, tmp_path, name, why):
    (tmp_path / "manifest.json").write_text(json.dumps({"format": name}))
    with pytest.raises(PluginError, match=why):
        verify(tmp_path, project.catalogue)
