"""Folders from anywhere: nothing but what was exported is ever given to LiteRT."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from safetensors.numpy import load, save

from psychoscore_core.cli.main import main
from psychoscore_core.exported_files import digest
from psychoscore_tflite.plugin import TfliteConfig
from psychoscore_tflite.verifying import examined
from psychoscore_tflite.writing import to_tflite


@pytest.fixture(params=["float32", "int8"])
def folder(request, make_net, tmp_path):
    to_tflite(make_net("branches"), tmp_path / "out", TfliteConfig(weights=request.param, rows=8))
    return tmp_path / "out"


@pytest.fixture
def never_run(monkeypatch):
    def run(data):
        raise AssertionError("a foreign model was given to LiteRT")

    monkeypatch.setattr("psychoscore_tflite.verifying.LiteStep", run)


def problems(folder):
    return [f"{finding.file}: {finding.text}" for finding in examined(folder) if not finding.ok]


def change(folder, **facts):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def forge(folder, name, data):
    """Write a file and its digest."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change(folder, files=files | {name: {"bytes": len(data), "sha256": digest(data)}})


@pytest.mark.parametrize("name", ["model.tflite", "self-test.safetensors", "example.py"])
def test_a_changed_byte_is_found(name, folder, never_run):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    assert problems(folder) == [f"{name}: not the file that was exported: {len(data)} bytes, another SHA-256"]


def test_a_missing_file_a_link_and_a_stranger_are_found(folder, tmp_path, never_run):
    (folder / "model.tflite").rename(tmp_path / "away.tflite")
    (folder / "model.tflite").symlink_to(tmp_path / "away.tflite")
    (folder / "example.py").rename(folder / "other.py")
    assert problems(folder) == [
        "example.py: No such file or directory",
        "model.tflite: not a plain file",
        "other.py: not named by the manifest",
    ]


def test_psyco_export_verify_ends_with_2(folder, capsys):
    (folder / "model.tflite").write_bytes(b"")
    with pytest.raises(SystemExit) as end:
        main(["export", "verify", str(folder)])
    assert end.value.code == 2
    assert "BAD model.tflite: not the file that was exported: 0 bytes, another SHA-256" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"short", b"\0" * 64, b"\xff" * 4000, b"....TFL3" + b"\xff" * 4000])
def test_a_forged_model_that_is_none_is_one_line(data, folder, never_run):
    forge(folder, "model.tflite", data)
    (problem,) = problems(folder)
    assert problem.startswith("model.tflite: not the model that its manifest asks for (") and "\n" not in problem


@pytest.mark.parametrize("seed", range(30))
def test_a_forged_model_with_damage_is_one_line_or_holds_other_weights(seed, folder):
    random, data = np.random.default_rng(seed), bytearray((folder / "model.tflite").read_bytes())
    for place in random.integers(0, len(data), 8):
        data[place] = int(random.integers(0, 256))
    forge(folder, "model.tflite", bytes(data))
    assert all(len(problem) < 300 and "\n" not in problem for problem in problems(folder))


def forged_model(folder, alter):
    """Alter a model by the schema's own classes."""
    import flatbuffers

    model = schema.ModelT.InitFromPackedBuf((folder / "model.tflite").read_bytes(), 0)
    alter(model)
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    forge(folder, "model.tflite", bytes(builder.Output()))


def custom(model):
    model.operatorCodes[0].builtinCode = schema.BuiltinOperator.CUSTOM
    model.operatorCodes[0].customCode = b"EvilOp"


@pytest.mark.parametrize(
    "alter",
    [
        custom,
        lambda m: setattr(m.subgraphs[0].tensors[3], "shape", [1 << 20, 1 << 20]),
        lambda m: setattr(m.subgraphs[0].operators[0], "inputs", [999]),
        lambda m: m.subgraphs[0].operators.pop(),
        lambda m: m.buffers.append(schema.BufferT()),
        lambda m: m.subgraphs.append(m.subgraphs[0]),
        lambda m: setattr(m, "description", "another"),
    ],
)
def test_any_other_model_is_refused(alter, folder, never_run):
    forged_model(folder, alter)
    (problem,) = problems(folder)
    assert problem.startswith("model.tflite: not the model that its manifest asks for")


def test_other_weights_fail_the_self_test(folder, make_net, tmp_path):
    weights = json.loads((folder / "manifest.json").read_text())["weights"]
    to_tflite(make_net("branches", seed=1), tmp_path / "other", TfliteConfig(weights=weights, rows=8))
    forge(folder, "model.tflite", (tmp_path / "other" / "model.tflite").read_bytes())
    (problem,) = problems(folder)
    assert problem.startswith("self-test.safetensors: 8 steps, error ")


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda a: a.pop("in.pitch"), "holds no in.pitch of finite numbers (rows, 1, 1)"),
        (lambda a: a["out.level"].fill(np.nan), "holds no out.level of finite numbers (rows, 1, 3)"),
        (lambda a: a.update({"in.loudness": np.zeros((8, 1, 9), np.float32)}), "holds no in.loudness of finite"),
    ],
)
def test_a_forged_self_test_is_one_line(alter, said, folder):
    arrays = {name: array.copy() for name, array in load((folder / "self-test.safetensors").read_bytes()).items()}
    alter(arrays)
    forge(folder, "self-test.safetensors", save(arrays))
    (problem,) = problems(folder)
    assert problem.startswith(f"self-test.safetensors: {said}")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"format": "onnx"}, "format 'onnx', version 1; this is 'tflite', version 1: export the model again"),
        ({"version": 2}, "format 'tflite', version 2; this is 'tflite', version 1: export the model again"),
        ({"weights": "int4"}, "weights must be one of float32, float16, int8"),
        ({"weights": ["int8"]}, "weights must be one of float32, float16, int8"),
        ({"streams": 10**9}, "streams must be a whole number from 1 to 64"),
        ({"graph": {"version": 9}}, "graph: version 9 of a net's description; this reads version 1"),
        ({"files": {}}, "names no files, too many, or files outside the folder"),
        ({"files": {"../up": {"bytes": 1, "sha256": ""}}}, "names no files, too many, or files outside the folder"),
        ({"files": {"a": {"bytes": "1", "sha256": ""}}}, "every file needs its size in bytes and its sha256"),
    ],
)
def test_a_manifest_is_not_trusted(facts, said, folder, never_run):
    change(folder, **facts)
    assert problems(folder) == [f"manifest.json: {said}"]


@pytest.mark.parametrize("data", [b"", b"[", b"[" * 100_000, b"[1]", b"\xff\xfe"])
def test_a_manifest_that_is_no_json_is_one_line(data, folder):
    (folder / "manifest.json").write_bytes(data)
    assert problems(folder) == ["manifest.json: holds no JSON object"]


def test_a_manifest_that_names_no_model_is_found(folder):
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change(folder, files={name: entry for name, entry in files.items() if name != "model.tflite"})
    assert problems(folder) == ["model.tflite: not named by the manifest"]
