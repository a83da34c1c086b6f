"""Decode steps a second of exported models and their peers on the pianist's weights, interleaved, best of several.

    python benchmarks/onnx/run.py [--rounds 5] [--steps 60] [--threads 1]

A step reads one row and gives the logits of all five families. Measured are psychoscore-onnx in int8 and float32, torch
eager, generate() of transformers, where it is installed, on a Llama of the same layers (one token a step), and
psychoscore-native in int8 and float16, at three positions of one stream. In brackets: the share of the time in which a
step's bytes (weights once, keys and values) could be read at the best rate at which as many threads read 10 MB between
the other measurements.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "decode"))

import torch
from native import (
    DIGESTS,
    WEIGHTS,
    NativeEngine,
    Timer,
    TorchEngine,
    bandwidth,
    build,
    engine_timer,
    generate_timer,
    read_bytes,
    read_checkpoint,
)
from onnx_peer import engines

POSITIONS = (64, 350, 700)


def timers(threads: int) -> dict[str, tuple[Timer, int, int]]:
    """Return timers by name, with the bytes of a weight and of a cached number."""
    loaded = read_checkpoint(WEIGHTS, *DIGESTS)
    sizes, arrays = loaded.sizes, loaded.weights
    found = {name: (engine_timer(engine, sizes), number, number) for name, engine, number in engines(threads)}
    found["torch eager"] = (engine_timer(TorchEngine(build(sizes, arrays, "cpu")), sizes), 4, 4)
    if find_spec("transformers"):
        found["HF generate"] = (generate_timer(sizes), 4, 4)
    for precision, weight in (("int8", 1), ("fp16", 2)):
        engine = NativeEngine(sizes, arrays, precision, threads)
        found[f"native {precision}"] = (engine_timer(engine, sizes), weight, 2)
    return found


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    sizes, measured = read_checkpoint(WEIGHTS, *DIGESTS).sizes, timers(options.threads)
    for position in POSITIONS:
        best, speed = dict.fromkeys(measured, float("inf")), 0.0
        for _ in range(options.rounds):
            speed = max(speed, bandwidth(options.threads))
            for name, (timer, *_) in measured.items():
                best[name] = min(best[name], timer(1, position, options.steps))
        print(f"row {position}: rows a second; memory {speed / 1e9:.1f} GB/s, {options.threads} threads")
        for name, (_, weight, number) in measured.items():
            bound = read_bytes(sizes, 1, position, weight, number) / speed
            print(f"  {name:12} {1 / best[name]:7.0f}  ({bound / best[name]:4.0%} of the bound)", flush=True)


if __name__ == "__main__":
    main()
