"""Loading a config is quick and imports nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

HEAVY = ("torch", "transformers", "peft", "miditok", "symusic", "numpy")


def test_fifteen_components_load_in_50_ms(load, write):
    write(
        {
            "preset": "tragedy",
            "model": "transformer",
            "datasets": {f"part-{index}": {"use": "synthetic", "num_pairs": 5} for index in range(6)},
            "losses": {"info-nce": {"weight": 0.1}},
            "arrangers": {"strings": {}, "echo": {}},
            "exporters": {"onnx": {"quantization": "int8"}},
        }
    )
    times = []
    for _ in range(5):
        start = time.perf_counter()
        project = load().project
        times.append(time.perf_counter() - start)
    tables = (project.datasets, project.losses, project.arrangers, project.raters, project.exporters)
    assert 5 + sum(map(len, tables)) >= 15
    assert min(times) < 0.05


@pytest.mark.parametrize("command", ["show", "schema"])
def test_the_command_imports_nothing_heavy(write, folders, command):
    write({})
    code = (
        "import sys\n"
        "from psychoscore_core.cli.main import psyco\n"
        "try: psyco.main(sys.argv[1:], standalone_mode=False)\n"
        "except Exception: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    arguments = ["config", command, *(["-C", str(folders / "project")] if command == "show" else [])]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1].replace("'", '"')) == []
