"""The whole way in processes that cannot import torch: export, verify, the bare script, a run."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from attrs import evolve

from psychoscore_onnx.folder import open_folder

HEAVY = ("torch", "transformers", "miditok", "onnx", "onnxscript")
OURS = ("psychoscore_core", "psychoscore_onnx", "psychoscore_transformer", "safetensors", "google.protobuf")
CODE = """
import runpy, sys
for name in {banned!r}:
    sys.modules[name] = None
sys.argv = {arguments!r}
{run}
"""


def without(banned, arguments, run, cwd):
    code = CODE.format(banned=banned, arguments=list(map(str, arguments)), run=run)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def psyco(cwd, *arguments):
    return without(HEAVY, ["psyco", *arguments], "from psychoscore_core.cli.main import main; main()", cwd)


def script(folder, *arguments):
    path = folder / "generate.py"
    return without(HEAVY + OURS, [path, *arguments], f"runpy.run_path({str(path)!r}, run_name='__main__')", folder)


@pytest.mark.parametrize("quantization", ["none", "int8"])
def test_the_bare_script_draws_what_the_engine_finds_likeliest(make, folder_of, shape, quantization):
    folder, sizes = folder_of(shape, quantization), make.sizes(shape)
    prompt = np.array(json.loads((folder / "manifest.json").read_text())["prompt"])
    stream = make.streams(sizes, 2)[1]  # without condition
    engine = open_folder(folder, 1).engine
    wanted = greedy_beyond(engine, stream, prompt, len(sizes.families))
    lines = script(folder, 30, 1, 1e-4).splitlines()
    assert [tuple(int(text.split(".")[1]) for text in line.split()) for line in lines[:30]] == wanted


def greedy_beyond(engine, stream, prompt, families):
    """Return 30 rows, each but the prompt in a bar that has no condition."""
    state, row, found = engine.start([evolve(stream, rows=prompt)], 64), prompt[-1:], []
    for place in range(30):
        logits, row = engine.step(state, row, np.array([place - 1])), np.zeros((1, families), np.int64)
        for k, given in enumerate(logits):
            row[:, k] = (given(row[:, :k]) if callable(given) else given).argmax(axis=1)
        found.append(tuple(row[0].tolist()))
    return found


def test_the_bare_script_is_short(folder_of):
    lines = (folder_of() / "generate.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 40


def test_the_pianist_goes_all_the_way(tmp_path):
    psyco(tmp_path, "export", "onnx", "-q", "--set", "exporters.onnx.quantization=int8")
    verified = psyco(tmp_path, "export", "verify", "exports/onnx-int8").splitlines()
    assert all(line.startswith("ok ") for line in verified)
    sets = ("--set", "model=onnx", "--set", "model.path=exports/onnx-int8")
    psyco(tmp_path, "generate", "hamlet", "-o", "a.mid", "--bars", "4", *sets)
    assert (tmp_path / "a.mid").stat().st_size > 200


@pytest.mark.long  # several runs, each in a process of its own
def test_float32_plays_the_same_midi_as_the_pianist(tmp_path):
    psyco(tmp_path, "export", "onnx", "-q")
    bars = ("--bars", "8", "--seed", "3")
    sets = ("--set", "model=onnx", "--set", "model.path=exports/onnx")
    psyco(tmp_path, "generate", "ophelia", "-o", "onnx.mid", *bars, *sets)
    psyco(tmp_path, "generate", "ophelia", "-o", "numpy.mid", *bars, "--set", "model.engine=numpy")
    assert (tmp_path / "onnx.mid").read_bytes() == (tmp_path / "numpy.mid").read_bytes()


def test_a_run_exports_the_model_that_ships_with_it(tmp_path):
    config = {"name": "a", "exporters": {"midi": {"piano_roll": False}, "onnx": {}, "report": None}}
    (tmp_path / "psychoscore.json").write_text(json.dumps(config | {"generation": {"bars": 4}}))
    paths = psyco(tmp_path, "run", "-q").splitlines()
    assert paths[0].endswith("export/a.mid") and paths[-1].endswith("export/onnx/vocabulary.json")


def test_generating_one_file_exports_no_model(tmp_path):
    config = {"name": "a", "exporters": {"midi": {"piano_roll": False}, "onnx": {}}}
    (tmp_path / "psychoscore.json").write_text(json.dumps(config))
    psyco(tmp_path, "generate", "hamlet", "-o", "a.mid", "--bars", "4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mid", "psychoscore.json"]


@pytest.mark.long  # several runs, each in a process of its own
def test_another_export_under_the_same_name_is_sampled_anew(tmp_path):
    psyco(tmp_path, "export", "onnx", "-q")
    model = {"use": "onnx", "path": "exports/onnx"}
    (tmp_path / "psychoscore.json").write_text(json.dumps({"name": "a", "model": model}))
    before = psyco(tmp_path, "run", "--dry-run").splitlines()
    psyco(tmp_path, "export", "onnx", "-q", "--set", "model=pianist")
    after = psyco(tmp_path, "run", "--dry-run").splitlines()
    changed = [line.split()[0] for line, other in zip(before[1:], after[1:], strict=True) if line != other]
    assert changed[0] == "sample"
