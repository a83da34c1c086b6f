"""Microseconds a row of the emotion model (128 -> 256 tanh -> LSTM 128 -> 64): RTNeural compiled, NumPy, torch.

    RTNEURAL_DIR=... python benchmarks/rtneural/frame.py [--rounds 5] [--backends STL,EIGEN]

Exports the model, builds the example that comes with the export, and takes turns: in each round every side runs the
self-test's rows one by one, and the best of the rounds counts. RTNeural's figures are those that the example prints,
for the model read from JSON and for the one known when it is compiled. Without RTNEURAL_DIR only NumPy and torch run.
Eigen is taken where its headers lie in RTNeural's modules/Eigen.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from psychoscore_emotion.exporting import to_rtneural
from psychoscore_emotion.net import CHECKPOINT, Net
from psychoscore_rtneural.described import module_of

Round = Callable[[], Mapping[str, float]]
BUDGET = 1000.0  # microseconds a row


def built(folder: Path, build: Path, backend: str) -> Path:
    """Return the example, compiled in release mode with one of RTNeural's backends."""
    options = [f"-DRTNEURAL_{backend}=ON", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-march=native"]
    for command in (
        ["cmake", "-S", folder, "-B", build, *options],
        ["cmake", "--build", build, "--target", "self_test"],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return build / "self_test"


def compiled(program: Path, folder: Path, backend: str) -> Round:
    """Return a round of the compiled library."""

    def run() -> Mapping[str, float]:
        said = subprocess.run([program, folder], check=True, capture_output=True, text=True).stdout
        names = {"model.json": "from JSON", "state_dict.json, compiled": "compiled"}
        found = re.findall(r"^ok (.+): error .*, ([0-9.]+) us a row$", said, re.MULTILINE)
        return {f"RTNeural {backend}, {names[name]}": float(micros) for name, micros in found}

    return run


def python(rows: np.ndarray) -> Round:
    """Return a round of NumPy and of torch, a row at a time."""
    net, (module, _) = Net(), module_of(CHECKPOINT)
    torch.set_num_threads(1)
    tensors = torch.from_numpy(rows)[:, None, None]

    @torch.no_grad()
    def in_torch() -> None:
        state = None
        for row in tensors:
            hidden, state = module.lstm(module.tanh(module.dense(row)), state)
            module.head(hidden)

    def in_numpy() -> None:
        for row in rows:
            net.push(row[None])

    def run() -> Mapping[str, float]:
        found = {}
        for name, once in (("NumPy", in_numpy), ("torch", in_torch)):
            start = time.perf_counter()
            once()
            found[name] = (time.perf_counter() - start) / len(rows) * 1e6
        return found

    return run


def main() -> None:
    """Print a line for each side, and exit with 1 where the compiled library takes over a millisecond."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backends", default="STL,EIGEN")
    options, source = parser.parse_args(), os.environ.get("RTNEURAL_DIR")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "export"
        to_rtneural(folder)
        rounds = [python(np.array(json.loads((folder / "self-test.json").read_text())["inputs"], np.float32))]
        for backend in options.backends.split(",") if source else ():
            if backend == "EIGEN" and not (Path(source or "") / "modules/Eigen/Eigen/Dense").is_file():
                continue
            rounds.append(compiled(built(folder, Path(scratch) / backend, backend), folder, backend))
        best: dict[str, float] = {}
        for _ in range(options.rounds):
            for once in rounds:
                for name, micros in once().items():
                    best[name] = min(micros, best.get(name, float("inf")))
    for name, micros in best.items():
        print(f"{name:28} {micros:8.1f} us a row, {micros / best['NumPy']:.2f} times NumPy's")
    raise SystemExit(any(micros > BUDGET for name, micros in best.items() if name.startswith("RTNeural")))


if __name__ == "__main__":
    main()
