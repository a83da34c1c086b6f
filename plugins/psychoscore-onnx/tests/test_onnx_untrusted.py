"""Folders from anywhere: nothing but what was exported is ever given to ONNX Runtime."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychoscore_core.errors import CheckpointError
from psychoscore_core.exported_files import digest
from psychoscore_onnx.folder import open_folder
from psychoscore_onnx.graphs import graphs_of
from psychoscore_onnx.manifest import read_manifest
from psychoscore_onnx.models import check
from psychoscore_onnx.verifying import examined


@pytest.fixture
def folder(folder_of, tmp_path):
    """Return a copy that may be damaged."""
    return shutil.copytree(folder_of(), tmp_path / "copy")


def refused(folder, match):
    with pytest.raises(CheckpointError, match=match) as raised:
        open_folder(folder, 1)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 700


def change(folder, **facts):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def forge(folder, name, data):
    """Write a file and its digest."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change(folder, files=files | {name: {"bytes": len(data), "sha256": digest(data)}})


def forged_model(folder, alter, name="step.onnx"):
    model = onnx.load(folder / name, load_external_data=False)
    alter(model)
    forge(folder, name, model.SerializeToString())


def test_a_truncated_graph_is_named(folder):
    data = (folder / "step.onnx").read_bytes()
    (folder / "step.onnx").write_bytes(data[:-10])
    refused(folder, r"step.onnx: not the file that was exported: \d+ bytes, another SHA-256")


def test_one_changed_bit_is_named(folder):
    data = bytearray((folder / "family.1.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "family.1.onnx").write_bytes(data)
    refused(folder, "family.1.onnx: not the file that was exported")


def test_a_missing_file_is_named(folder):
    (folder / "prior.onnx").unlink()
    refused(folder, "prior.onnx: No such file or directory")


def test_a_link_is_no_file(folder, tmp_path):
    (folder / "step.onnx").rename(tmp_path / "step.onnx")
    (folder / "step.onnx").symlink_to(tmp_path / "step.onnx")
    refused(folder, "step.onnx: not a plain file")


def test_a_file_larger_than_its_manifest_says_is_not_read(folder):
    with (folder / "step.onnx").open("ab") as file:
        file.write(b"x" * 100)
    refused(folder, r"step.onnx: \d+ bytes, more than the \d+ that it may have")


def test_weights_in_other_files_are_refused(folder):
    def outside(model):
        weight = model.graph.initializer[0]
        onnx.external_data_helper.set_external_data(weight, "../../secret")
        weight.ClearField("raw_data")
        weight.data_location = onnx.TensorProto.EXTERNAL

    forged_model(folder, outside)
    refused(folder, "step.onnx: holds another weight")


def test_weights_that_lie_outside_as_well_are_refused(folder):
    def both(model):
        onnx.external_data_helper.set_external_data(model.graph.initializer[0], "../../secret")

    forged_model(folder, both)
    refused(folder, "step.onnx: not the graph that its manifest asks for")


@pytest.mark.parametrize(
    "alter",
    [
        lambda m: m.graph.node.add(op_type="Identity", input=["state"], output=["more"]),
        lambda m: setattr(m.graph.node[5], "domain", "custom.library"),
        lambda m: m.graph.node[-1].attribute.add(name="axis", i=1, type=2),
        lambda m: m.functions.add(name="f", domain="g"),
        lambda m: m.metadata_props.add(key="k", value="v"),
        lambda m: setattr(m.graph.initializer[1], "data_type", 6),
        lambda m: m.graph.initializer[1].dims.append(1),
        lambda m: m.graph.output.pop(),
    ],
)
def test_any_other_graph_is_refused(folder, alter):
    forged_model(folder, alter)
    refused(folder, "step.onnx: not the graph that its manifest asks for")


def test_a_weight_of_another_size_is_refused(folder):
    forged_model(folder, lambda m: setattr(m.graph.initializer[3], "raw_data", b"1234"))
    refused(folder, "step.onnx: holds another weight")


def test_weights_that_are_not_finite_are_refused(folder):
    def spoil(model):
        weight = next(w for w in model.graph.initializer if w.name == "norm.weight")
        weight.raw_data = np.full(32, np.inf, np.float32).tobytes()

    forged_model(folder, spoil)
    refused(folder, "step.onnx: norm.weight holds numbers that are not finite")


def test_what_is_no_model_is_refused(folder):
    forge(folder, "step.onnx", b"\xff" * 40)
    refused(folder, "step.onnx: not readable as an ONNX model")


@pytest.mark.parametrize("facts", [{"version": 2}, {"format": "tflite"}, {"version": None}])
def test_a_manifest_of_another_version_is_named(folder, facts):
    change(folder, **facts)
    refused(folder, "this is 'onnx', version 1: export the model again")


@pytest.mark.parametrize(
    "facts",
    [
        {"sizes": {}},
        {"sizes": []},
        {"quantization": "int4"},
        {"opset": 99},
        {"warmth": 0},
        {"warmth": "1"},
        {"hidden": [1.5]},
        {"vocabulary": 3},
        {"files": {}},
        {"files": {"../evil": {"bytes": 1, "sha256": "0"}}},
        {"files": {"/etc/passwd": {"bytes": 1, "sha256": "0"}}},
        {"files": {"step.onnx": {"bytes": 1 << 40, "sha256": "0"}}},
        {"files": {"step.onnx": {"bytes": 5, "sha256": "0", "more": 1}}},
    ],
)
def test_a_manifest_that_makes_no_sense_is_named(folder, facts):
    change(folder, **facts)
    refused(folder, "manifest.json: not a manifest")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "null"])
def test_a_manifest_that_is_none_is_named(folder, text):
    (folder / "manifest.json").write_text(text)
    refused(folder, "manifest.json: holds no JSON object")


def test_sizes_that_the_graphs_do_not_have_are_refused(folder):
    sizes = json.loads((folder / "manifest.json").read_text())["sizes"]
    change(folder, sizes=sizes | {"hidden": 65536 // 2})
    refused(folder, "step.onnx: holds another weight")


def structure_of(data):
    """Return a model without the numbers of its weights, as the package onnx reads it."""
    model = onnx.load_from_string(data)
    for weight in model.graph.initializer:
        weight.ClearField("raw_data")
    return model.SerializeToString(deterministic=True)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_refused_unless_it_is_a_weights(folder_of, data):
    manifest, path = read_manifest(folder_of()), folder_of() / "family.2.onnx"
    right = path.read_bytes()
    wrong = bytearray(right)
    wrong[data.draw(st.integers(0, 2000) | st.integers(0, len(wrong) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        check(path, bytes(wrong), graphs_of(manifest.sizes, manifest.kind)["family.2.onnx"])
    except CheckpointError:
        return
    assert structure_of(bytes(wrong)) == structure_of(right)


def test_verifying_finds_nothing_wrong_with_an_export(folder_of):
    assert all(finding.ok for finding in examined(folder_of()))


def test_verifying_names_each_file_that_is_wrong(folder):
    (folder / "generate.py").write_text("import os")
    (folder / "more.txt").write_text("x")
    bad = {finding.file: finding.text for finding in examined(folder) if not finding.ok}
    assert list(bad) == ["generate.py", "more.txt"]
    assert bad["more.txt"] == "not named by the manifest"


def test_verifying_runs_the_self_test(folder):
    def louder(model):
        weight = next(w for w in model.graph.initializer if w.name == "norm.weight")
        weight.raw_data = (np.frombuffer(weight.raw_data, np.float32) * np.float32(1.01)).tobytes()

    forged_model(folder, louder)
    (bad,) = (finding for finding in examined(folder) if not finding.ok)
    assert bad.file == "self-test.safetensors" and "1.0e-02 of their deviation off" in bad.text


def test_verifying_a_forged_vocabulary_names_both_digests(folder):
    forge(folder, "vocabulary.json", b'{"families": []}')
    (bad,) = (finding for finding in examined(folder) if not finding.ok)
    assert bad.text.startswith("vocabulary.json: its families have the digest") and "the manifest says" in bad.text


def test_verifying_without_the_runtime_says_what_was_not_run(folder, monkeypatch):
    monkeypatch.setattr("psychoscore_onnx.verifying.find_spec", lambda name: None)
    text = next(finding.text for finding in examined(folder) if finding.file == "self-test.safetensors")
    assert "not run: onnxruntime is not installed (pip install 'psychoscore-onnx[runtime]')" in text


def test_a_self_test_that_does_not_fit_is_bad(folder):
    forge(folder, "self-test.safetensors", b"\x00" * 20)
    (bad,) = (finding for finding in examined(folder) if not finding.ok)
    assert bad.text.startswith("not readable as safetensors")
