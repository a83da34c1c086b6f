"""Training in processes of its own: killed and resumed, and several at once."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

SCRIPT = Path(__file__).with_name("training_run.py")
KEPT = ("model.safetensors", "last/model.safetensors", "checkpoint.json", "last/checkpoint.json")


def run(data, folder, *more):
    command = [sys.executable, str(SCRIPT), str(data), str(folder), *more]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def kill_after(step, data, folder):
    """Start a training, and kill it (-9) as soon as it says that it has taken this step."""
    command = [sys.executable, str(SCRIPT), str(data), str(folder), "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.split()[0] == str(step):
                process.kill()
        return process.wait()


def state_of(folder):
    """Return the tensors' bytes and the metadata; safetensors writes the latter in no fixed order."""
    with safe_open(folder / "state.safetensors", framework="np") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}, file.metadata()  # noqa: SIM118  # no mapping


def test_a_killed_training_ends_in_the_same_bytes(corpus, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run(corpus.folder, whole)
    assert kill_after(10, corpus.folder, broken) == -9 and not (broken / "loss.png").exists()
    lines = run(corpus.folder, broken)
    assert lines[0].split()[0] == "9"  # the snapshot of step 8 was the last
    for name in KEPT:
        assert (broken / name).read_bytes() == (whole / name).read_bytes(), name
    assert state_of(broken) == state_of(whole)


@pytest.mark.long
def test_two_processes_train_like_one_that_accumulates(corpus, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    run(corpus.folder, one, "0", "2", "0.0")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, str(SCRIPT), str(corpus.folder), str(two), "0", "1", "0.0"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    steps = [line.split()[0] for line in done.stdout.splitlines()]
    assert steps == [str(n) for n in range(1, 31)]  # one process reports
    weights = [load_file(folder / "last" / "model.safetensors") for folder in (one, two)]
    for name in weights[0]:
        np.testing.assert_allclose(weights[0][name], weights[1][name], atol=1e-3, err_msg=name)
