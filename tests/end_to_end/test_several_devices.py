"""`torchrun` gives a run several processes, which train one model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TORCHRUN = Path(sys.executable).parent / "torchrun"


@pytest.mark.long
def test_two_processes_train_one_model(shell):
    project = shell.write(
        datasets={"synthetic": {"num_pairs": 60, "bars_maximum": 8, "validation_share": 0.2}},
        model={"use": "transformer", "size": "tiny"},
        training={"steps": 4, "batch_size": 2, "context": 512, "evaluate_every": 2},
        generation={"bars": 2},
    )
    command = [TORCHRUN, "--standalone", "--nproc_per_node", "2", "--no-python", "psyco", "run", "-C", project]
    environment = {**shell.environment, "OMP_NUM_THREADS": "1", "PATH": f"{TORCHRUN.parent}:/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (run,) = (project / "runs").iterdir()
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if line["stage"] == "train"] == [1, 2, 3, 4]
    assert (run / "export" / "piece.mid").exists()
