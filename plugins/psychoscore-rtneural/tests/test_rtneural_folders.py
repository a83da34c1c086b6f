"""Folders are whole, the same each time, and examined without trust; checkpoints come in by layers.json."""

import json
import os

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from psychoscore_core.cli.main import main
from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Checkpoint
from psychoscore_core.testing import conformance
from psychoscore_rtneural import plugin
from psychoscore_rtneural.exporter import RtneuralExporter
from psychoscore_rtneural.plugin import RtneuralConfig
from psychoscore_rtneural.writing import to_rtneural

test_conformance = conformance(plugin)

LAYERS = [
    {"name": "dense", "type": "linear", "inputs": 3, "outputs": 4},
    {"name": "act", "type": "tanh", "inputs": 4, "outputs": 4},
    {"name": "lstm", "type": "lstm", "inputs": 4, "outputs": 2},
]


RECORD = {"format": 1, "backend": "toy", "vocabulary": "v", "space": "s", "steps": 3, "metrics": {}}


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint's folder with a chain of layers."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "layers.json").write_text(json.dumps(LAYERS))
    weights = {f"dense.{k}": v for k, v in nn.Linear(3, 4).state_dict().items()}
    weights |= {f"lstm.{k}": v for k, v in nn.LSTM(4, 2).state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    return Checkpoint(folder=folder, backend="toy", vocabulary="v", space="s", steps=3)


@pytest.fixture
def export(tmp_path):
    def run(checkpoint):
        return RtneuralExporter(RtneuralConfig()).export_checkpoint(checkpoint, tmp_path / "exports")

    return run


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def problems(folder):
    return [
        f"{finding.file}: {finding.text}"
        for finding in RtneuralExporter(RtneuralConfig()).verify(folder)
        if not finding.ok
    ]


def test_exporting_twice_gives_the_same_bytes(module_named, exported):
    first, second = (exported(module_named("all, nested"), name) for name in ("a", "b"))
    assert content(first) == content(second)
    assert sorted(content(first)) == [
        "CMakeLists.txt",
        "compiled.h",
        "main.cpp",
        "manifest.json",
        "model.json",
        "self-test.json",
        "self-test.safetensors",
        "state_dict.json",
    ]


def test_an_older_export_is_replaced(module_named, exported, tmp_path):
    exported(module_named("dense"))
    folder = exported(module_named("gru"))
    assert problems(folder) == []
    assert json.loads((folder / "manifest.json").read_text())["layers"][0]["type"] == "gru"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_at_the_last_step_keeps_the_older_export(module_named, exported, monkeypatch):
    folder = exported(module_named("dense"))
    before, rename = content(folder), os.rename

    def fails(source, target, **options):
        if str(target) == str(folder) and str(source).endswith(".part"):
            raise OSError(28, "No space left on device")
        return rename(source, target, **options)

    monkeypatch.setattr("pathlib.os.rename", fails)
    with pytest.raises(OSError, match="No space left"):
        exported(module_named("gru"))
    assert content(folder) == before and len(list(folder.parent.iterdir())) == 1


def test_a_good_folder_is_good(module, exported):
    assert problems(exported(module)) == []


@pytest.mark.parametrize("name", ["model.json", "self-test.json", "main.cpp", "state_dict.json"])
def test_a_changed_byte_is_found(name, module_named, exported):
    folder = exported(module_named("dense"))
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    assert problems(folder) == [f"{name}: not the file that was exported: another SHA-256"]


def test_a_missing_file_and_a_stranger_are_found(module_named, exported):
    folder = exported(module_named("dense"))
    (folder / "main.cpp").rename(folder / "other.cpp")
    assert problems(folder) == ["main.cpp: No such file or directory", "other.cpp: not named by the manifest"]


def test_a_link_is_no_file(module_named, exported, tmp_path):
    folder = exported(module_named("dense"))
    (folder / "model.json").rename(tmp_path / "away.json")
    (folder / "model.json").symlink_to(tmp_path / "away.json")
    assert problems(folder) == ["model.json: not a plain file"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"format": "onnx"}, "not a manifest of the format 'rtneural', version 1"),
        ({"files": {"../up": {"bytes": 1, "sha256": ""}}}, "names no files, too many, or files outside the folder"),
        ({"files": {"a": {"bytes": "1", "sha256": ""}}}, "every file needs its size in bytes and its sha256"),
        ({"layers": []}, "names no layers, or too many"),
        ({"inputs": -1}, "says no width of input and output"),
    ],
)
def test_a_manifest_is_not_trusted(change, text, module_named, exported):
    folder = exported(module_named("dense"))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | change))
    assert problems(folder) == [f"manifest.json: {text}"]


@pytest.mark.parametrize("data", [b"", b"[", b"[" * 100_000, b"[1]", b"\xff\xfe"])
def test_a_manifest_that_is_no_json_is_one_line(data, module_named, exported):
    folder = exported(module_named("dense"))
    (folder / "manifest.json").write_bytes(data)
    assert problems(folder) == ["manifest.json: holds no JSON object"]


def test_shapes_that_are_not_the_manifest_s_are_found(module_named, exported):
    folder = exported(module_named("dense"))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["layers"][0]["weights"][0] = [6, 5]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert problems(folder) == ["model.json: other layers or shapes than the manifest's"]


def test_a_checkpoint_that_says_its_layers_is_exported(checkpoint, export, tmp_path):
    artifacts = export(checkpoint)
    folder = tmp_path / "exports" / "rtneural"
    assert {artifact.path for artifact in artifacts} == set(folder.iterdir())
    source = json.loads((folder / "manifest.json").read_text())["source"]
    assert (source["backend"], source["steps"], len(source["sha256"])) == ("toy", 3, 64)
    assert problems(folder) == []


def test_psyco_export_writes_and_verifies_it(checkpoint, tmp_path, capsys):
    (checkpoint.folder / "checkpoint.json").write_text(json.dumps(RECORD))
    for arguments in (
        ["rtneural", "--checkpoint", checkpoint.folder, "-o", tmp_path],
        ["verify", tmp_path / "rtneural"],
    ):
        with pytest.raises(SystemExit) as end:
            main(["export", *map(str, arguments)])
        assert end.value.code == 0
    assert "ok  model.json: " in capsys.readouterr().out


def test_building_a_checkpoint_draws_no_random_numbers(checkpoint, export):
    before = torch.random.get_rng_state()
    export(checkpoint)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_transformer_s_checkpoint_is_refused(checkpoint, export):
    (checkpoint.folder / "layers.json").unlink()
    with pytest.raises(CheckpointError, match=r"no layers\.json there describes one; a transformer is no such chain"):
        export(checkpoint)


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([], "not a list of 1 to 100 layers"),
        ([{"name": "a.b", "type": "tanh"}], "a layer without a name"),
        ([{"name": "a", "type": "attention"}], "a: the type 'attention' is none of linear, lstm"),
        ([{"name": "a", "type": "linear", "inputs": 10**9, "outputs": 1}], "a: inputs and outputs must be whole"),
    ],
)
def test_a_description_is_not_trusted(layers, text, checkpoint, export):
    (checkpoint.folder / "layers.json").write_text(json.dumps(layers))
    with pytest.raises(CheckpointError, match=f"layers.json: {text}"):
        export(checkpoint)


def test_weights_of_other_shapes_are_refused(checkpoint, export):
    save_file(nn.Linear(3, 4).state_dict(), checkpoint.folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"model\.safetensors: Error.* in loading state_dict"):
        export(checkpoint)


def test_weights_that_are_no_safetensors_are_refused(checkpoint, export, tmp_path):
    (checkpoint.folder / "model.safetensors").write_bytes(b"\x80\x04 pickled")
    with pytest.raises(CheckpointError, match=r"model\.safetensors: "):
        export(checkpoint)
    assert not (tmp_path / "exports").exists()


def test_a_name_for_the_folder_may_be_new(tmp_path):
    to_rtneural(nn.Linear(2, 2), tmp_path / "a" / "b")
    assert problems(tmp_path / "a" / "b") == []
