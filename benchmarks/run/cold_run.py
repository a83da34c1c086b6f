"""A whole `psyco run` without training, from a cold process, against the bare imports that it cannot do without.

Run: python benchmarks/run/cold_run.py
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 7
FLOOR = "import click, attrs, cattrs, pluggy, importlib_metadata, numpy, symusic, PIL.Image, PIL.ImageDraw"
PSYCO = Path(sys.executable).parent / "psyco"


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="pianist", help='what writes the music: "pianist" or "rules"')
    model = parser.parse_args().model
    floors, runs = [], []
    for number in range(RUNS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            config = {"name": "cold", "model": model, "generation": {"profile": "hamlet", "bars": 32, "seed": number}}
            (folder / "psychoscore.json").write_text(json.dumps(config))
            floors.append(seconds([sys.executable, "-c", FLOOR], folder))
            runs.append(seconds([str(PSYCO), "run", "-q"], folder))
            assert list(folder.glob("runs/*/export/*.mid"))
    floor, run = median(floors), median(runs)
    print(f"imports alone            {floor:.2f} s (median of {RUNS})")
    print(f"psyco run, {model}, 32 bars: {run:.2f} s, slowest {max(runs):.2f} s: {run / floor:.1f} times the imports")


if __name__ == "__main__":
    main()
