"""Real music goes in, a trained checkpoint and its music come out."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest
from safetensors import safe_open
from symusic import Score

pytestmark = [pytest.mark.long, pytest.mark.corpus]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXAMPLE = EXAMPLES / "emopia"
QUADRANTS = ["q1", "q2", "q3", "q4"]


def write(shell, emopia, steps):
    """Write the example as it stands, but with little training and short pieces; return its folder."""
    config = json.loads((EXAMPLE / "psychoscore.json").read_text())
    config["datasets"]["emopia"]["path"] = str(emopia)
    config["losses"] = {"causal-lm": {}, "info-nce": {"weight": 0.1}}
    config["training"] |= {"steps": steps, "batch_size": 4, "evaluate_every": 6, "save_every": 4}
    config["generation"]["bars"] = 4
    project = shell.write(**config)
    for profile in EXAMPLE.glob("*.profile.json"):
        shutil.copy(profile, project)
    return project


def test_emopia_gives_a_checkpoint_and_a_piece_for_each_quadrant(shell, emopia):
    write(shell, emopia, steps=12)
    artifacts = shell.run()
    pieces = [path for path in artifacts if path.suffix == ".mid"]
    assert [path.stem for path in pieces] == QUADRANTS
    assert all(Score(path).note_num() for path in pieces)
    run = artifacts[0].parent.parent
    assert (run / "train" / "loss.png").read_bytes().startswith(b"\x89PNG")
    measured = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    last = [m for m in measured if m["stage"] == "train"][-1]
    assert last["step"] == 12 and {"causal-lm", "info-nce"} <= set(last)
    evaluated = next(m for m in measured if m["stage"] == "evaluate")
    assert 0 < evaluated["nats_per_token"] < evaluated["nats_per_note"]
    done = shell.psyco("generate", "hamlet", "-o", "hamlet.mid", "-C", "project", "--bars", 4)
    assert done.returncode == 0, done.stderr  # with the model that the run has trained


def test_the_pianist_learns_emopia(shell, emopia):
    for name in ("emopia", "emopia-pianist"):
        shutil.copytree(EXAMPLES / name, shell.folder / name, ignore=shutil.ignore_patterns("runs", "EMOPIA*"))
    little = ("training.steps=2", "training.batch_size=2", "training.evaluate_batches=2", "generation.bars=4")
    sets = [part for value in (f"datasets.emopia.path={emopia}", *little) for part in ("--set", value)]
    done = shell.psyco("run", "-q", "-C", "emopia-pianist", *sets)
    assert done.returncode == 0, done.stderr
    pieces = [Path(line) for line in done.stdout.splitlines() if line.endswith(".mid")]
    assert [path.stem for path in pieces] == QUADRANTS
    (run,) = (shell.folder / "emopia-pianist" / "runs").iterdir()
    record = json.loads((run / "train" / "checkpoint.json").read_text())
    assert record["started_from"]["steps"] == 2000 and record["steps"] <= 2


def test_a_killed_training_ends_in_the_same_weights(shell, emopia):
    whole = write(shell, emopia, steps=30)
    shell.run("--until", "train")
    weights = _weights(whole)
    for folder in (whole / "runs").iterdir():
        _forget_training(folder)
    _kill_in_training(shell, whole)
    shell.run("--until", "train")
    assert _weights(whole) == weights


def _forget_training(run):
    shutil.rmtree(run / "train")
    (run / "metrics.jsonl").unlink()


def _kill_in_training(shell, project):
    process = shell.start("run", "-C", "project", "--until", "train")
    deadline = time.monotonic() + 240
    while not list(project.glob("runs/*/.part-train/state.safetensors")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _weights(project):
    (path,) = project.glob("runs/*/train/model.safetensors")
    with safe_open(path, framework="np") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118  # no mapping
