"""Folders are whole, the same each time, and prove themselves; checkpoints come in by graph.json and layers.json."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from psychoscore_core.cli.main import main
from psychoscore_core.errors import CheckpointError, PluginError
from psychoscore_core.testing import conformance
from psychoscore_tflite import plugin
from psychoscore_tflite.checkpoints import read_net
from psychoscore_tflite.plugin import TfliteConfig
from psychoscore_tflite.runtime import LiteStep
from psychoscore_tflite.verifying import examined
from psychoscore_tflite.writing import to_tflite

test_conformance = conformance(plugin)


@pytest.fixture
def psyco(capfd):
    """Run psyco and return (exit code, stdout, the errors)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, error = capfd.readouterr()
        return end.value.code, out, [line for line in error.splitlines() if not line.startswith("INFO: ")]

    return run


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_exporting_twice_gives_the_same_bytes(net, tmp_path):
    for name in ("a", "b"):
        to_tflite(net, tmp_path / name)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert sorted(content(tmp_path / "a")) == ["example.py", "manifest.json", "model.tflite", "self-test.safetensors"]


@pytest.mark.parametrize("weights", ["float32", "float16", "int8"])
@pytest.mark.parametrize("streams", [1, 3])
def test_a_folder_proves_itself(weights, streams, net, tmp_path):
    to_tflite(net, tmp_path / "out", TfliteConfig(weights=weights, streams=streams, rows=50))
    findings = examined(tmp_path / "out")
    assert [finding.file for finding in findings if finding.ok] == [
        *("manifest.json", "example.py", "model.tflite", "self-test.safetensors"),
    ]
    assert findings[0].text.startswith(f"{weights}, {len(net.graph.layers)} layers, state of {net.graph.remembered}: ")
    assert findings[-1].text.startswith("50 steps, error ")


def test_the_same_bytes_whatever_the_threads(make_checkpoint, tmp_path):
    folder = make_checkpoint("as the emotion model")
    code = "import sys; from psychoscore_core.cli.main import main; main(sys.argv[1:])"
    for threads in ("1", "2"):
        call = [sys.executable, "-c", code, "export", "tflite", "--checkpoint", folder, "-o", tmp_path / threads]
        env = {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        subprocess.run(call, check=True, capture_output=True, env=env)
    assert content(tmp_path / "1" / "tflite") == content(tmp_path / "2" / "tflite")


def test_psyco_export_writes_and_verifies_it(psyco, make_checkpoint, tmp_path):
    set_ = ("--set", "exporters.tflite.weights=float16")
    code, out, _ = psyco("export", "tflite", "--checkpoint", make_checkpoint(), "-o", tmp_path, *set_)
    assert (code, len(out.splitlines())) == (0, 4)
    code, out, _ = psyco("export", "verify", tmp_path / "tflite-float16")
    assert code == 0 and "ok  self-test.safetensors: 500 steps, error " in out
    manifest = json.loads((tmp_path / "tflite-float16" / "manifest.json").read_text())
    assert (manifest["source"]["backend"], manifest["source"]["steps"], manifest["state"]) == ("toy", 3, 26)


def test_a_chain_of_layers_is_a_net(psyco, make_checkpoint, tmp_path):
    assert psyco("export", "tflite", "--checkpoint", make_checkpoint("two lstms"), "-o", tmp_path)[0] == 0
    graph = json.loads((tmp_path / "tflite" / "manifest.json").read_text())["graph"]
    assert (graph["inputs"], graph["outputs"]) == ({"row": 6}, {"output": "out"})


def test_the_example_needs_litert_and_numpy_alone(make_net, tmp_path):
    to_tflite(make_net("branches"), tmp_path / "out")
    code = "import runpy, sys\n"
    code += "for name in ('torch', 'safetensors', 'psychoscore_core', 'psychoscore_tflite'): sys.modules[name] = None\n"
    code += f"runpy.run_path({str(tmp_path / 'out' / 'example.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 4) and lines[0].startswith("ok  distribution: error ")
    assert lines[-1].endswith(" us a step")


def test_the_example_notices_other_weights(make_net, tmp_path):
    for seed in (0, 1):
        to_tflite(make_net("gru", seed=seed), tmp_path / str(seed))
    model = (tmp_path / "1" / "model.tflite").read_bytes()
    (tmp_path / "0" / "model.tflite").write_bytes(model)
    done = subprocess.run([sys.executable, tmp_path / "0" / "example.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout.startswith("BAD new_state: error ")


def test_an_older_export_is_replaced_and_a_stranger_s_folder_is_not(make_net, tmp_path):
    to_tflite(make_net("dense"), tmp_path / "out")
    to_tflite(make_net("gru"), tmp_path / "out")
    assert all(finding.ok for finding in examined(tmp_path / "out"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"is in the way: no folder with a manifest\.json"):
        to_tflite(make_net("gru"), tmp_path / "mine")
    assert content(tmp_path / "mine") == {"a.txt": b"mine"}


def test_an_export_that_does_not_agree_leaves_nothing(make_net, tmp_path, monkeypatch):
    monkeypatch.setattr("psychoscore_tflite.selftest.CLOSE", 1e-30)
    with pytest.raises(CheckpointError, match=r"^export: self-test\.safetensors: 500 steps, error .* at most 1e-30$"):
        to_tflite(make_net("gru"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_exporting_without_litert_names_the_extra(make_net, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psychoscore_tflite.flatbuffer", None)
    text = r"^exporter tflite: exporting needs .*: pip install 'psychoscore-tflite\[export\]'$"
    with pytest.raises(PluginError, match=text):
        to_tflite(make_net("gru"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_verifying_without_litert_says_what_is_not_run(make_net, tmp_path, monkeypatch):
    to_tflite(make_net("gru"), tmp_path / "out")
    monkeypatch.setattr("psychoscore_tflite.verifying.find_spec", lambda name: None)
    findings = examined(tmp_path / "out")
    assert all(finding.ok for finding in findings)
    assert findings[-1].text == (
        "SHA-256 as exported; not run: ai_edge_litert is not installed (pip install 'psychoscore-tflite[runtime]')"
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("streams", "0", "must be >= 1, not 0"),
        ("streams", "65", "must be <= 64, not 65"),
        ("rows", "1", "must be >= 2, not 1"),
        ("weights", "int4", "int8"),
    ],
)
def test_sizes_out_of_range_are_one_line(key, value, said, psyco, make_checkpoint, tmp_path):
    target = tmp_path / "exports"
    arguments = ("--checkpoint", make_checkpoint(), "-o", target, "--set", f"exporters.tflite.{key}={value}")
    code, _, error = psyco("export", "tflite", *arguments)
    assert (code, len(error)) == (2, 1) and key in error[0] and said in error[0]
    assert not target.exists()


def test_a_transformer_s_checkpoint_is_refused(make_checkpoint):
    folder = make_checkpoint()
    (folder / "graph.json").unlink()
    with pytest.raises(CheckpointError, match=r"no graph\.json or layers\.json there describes a net of layers"):
        read_net(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_one_line(value, psyco, make_checkpoint, tmp_path):
    folder = make_checkpoint("gru")
    weights = load_file(folder / "model.safetensors")
    weights["gru.weight_hh_l0"][1, 1] = value
    save_file(weights, folder / "model.safetensors")
    code, _, error = psyco("export", "tflite", "--checkpoint", folder, "-o", tmp_path / "exports")
    path = folder / "model.safetensors"
    said = "holds NaN or infinite weights: a training that failed is not used"
    assert (code, error) == (2, [f"error: {path}: gru.weight_hh_l0 {said}"])
    assert not (tmp_path / "exports").exists()


def test_a_weight_that_halves_cannot_hold_is_named(make_net, tmp_path):
    net = make_net("gru")
    net.weights["gru.weight_ih_l0"][0, 0] = 1e5
    with pytest.raises(CheckpointError, match=r"^gru\.given\.weight: holds a weight beyond what float16 can hold"):
        to_tflite(net, tmp_path / "out", TfliteConfig(weights="float16"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.pop("gru.bias_hh_l0"), "tensor 'gru.bias_hh_l0' is missing"),
        (lambda w: w.update(other=np.zeros(1)), "tensor 'other' is extra"),
        (
            lambda w: w.update({"gru.bias_hh_l0": np.zeros(3, np.float32)}),
            "gru.bias_hh_l0 is float32 (3,), and",
        ),
        (lambda w: w.update({"gru.bias_hh_l0": np.zeros(15, np.int64)}), "gru.bias_hh_l0 is int64 (15,), and the net"),
    ],
)
def test_weights_of_another_net_are_one_line(change, said, make_checkpoint):
    folder = make_checkpoint("gru")
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        read_net(folder)
    assert str(caught.value).startswith(f"{folder / 'model.safetensors'}: {said}")


@pytest.mark.parametrize("data", [b"", b"\x80\x04 pickled", b"\xff" * 100])
def test_weights_that_are_no_safetensors_are_one_line(data, make_checkpoint):
    folder = make_checkpoint("gru")
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"model\.safetensors: not readable as safetensors \([^\n]*\)$"):
        read_net(folder)


@pytest.mark.parametrize("change", [{"format": 2}, {"format": None}])
def test_a_checkpoint_of_another_version_is_one_line(change, psyco, make_checkpoint, tmp_path):
    folder = make_checkpoint()
    record = json.loads((folder / "checkpoint.json").read_text())
    (folder / "checkpoint.json").write_text(json.dumps(record | change))
    code, _, error = psyco("export", "tflite", "--checkpoint", folder, "-o", tmp_path / "exports")
    said = f"version {change['format']} of a checkpoint; this reads version 1"
    assert (code, error) == (2, [f"error: {folder / 'checkpoint.json'}: {said}"])
    assert not (tmp_path / "exports").exists()


def test_litert_that_is_missing_is_one_line(make_net, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(
        PluginError, match=r"^running a TFLite model needs .*: pip install 'psychoscore-tflite\[runtime\]'$"
    ):
        LiteStep(b"")
