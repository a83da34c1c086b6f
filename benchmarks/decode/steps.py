"""Decode steps a second of the NumPy engine and of torch, for every preset, beside what the machine's memory allows.

    python benchmarks/decode/steps.py [--presets pianist,tiny] [--steps 150]

Weights are random. A step reads one row of every stream and asks for the logits of all families. The bound of a step is
the time in which its weights, and the keys and values read so far, stream through products of a row with matrices: the
best of those that this machine did in the same run. Threads: as OMP_NUM_THREADS says; 1 is the fair comparison.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from attrs import asdict

from psychoscore_core.records import Stream
from psychoscore_transformer.layout import weights
from psychoscore_transformer.model import Model
from psychoscore_transformer.numpy_engine import NumpyEngine
from psychoscore_transformer.presets import PRESETS
from psychoscore_transformer.sizes import Sizes
from psychoscore_transformer.torch_engine import TorchEngine

NOTES, REMI = (320, 29, 153, 76, 33), (500,)  # family sizes: one row a note; one token a row
VECTOR, BAR, BARS, CAPACITY = 57, 45, 32, 1024


def sizes_of(preset: str) -> Sizes:
    """Return a preset's sizes with a vocabulary of the kind that it is for."""
    families = NOTES if preset == "pianist" else REMI
    return Sizes(families=families, vector=VECTOR, bar=BAR, dropout=0.0, **asdict(PRESETS[preset]))


def bandwidth(seconds: float = 0.3) -> float:
    """Return the bytes a second at which products of a row with matrices beyond the second cache stream weights."""
    random = np.random.default_rng(0)
    matrices = [random.random((256, 512), np.float32) for _ in range(64)]  # 32 MB, in pieces as a model has them
    row, out = random.random((1, 256), np.float32), np.empty((1, 512), np.float32)

    def stream() -> None:
        for matrix in matrices:
            np.matmul(row, matrix, out=out)

    return sum(matrix.nbytes for matrix in matrices) / best(stream, seconds)


def best(work: Callable[[], object], seconds: float) -> float:
    """Return the shortest time of one call within so many seconds."""
    found, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        found = min(found, time.perf_counter() - start)
    return found


def step_seconds(engine: NumpyEngine | TorchEngine, sizes: Sizes, batch: int, position: int, count: int) -> float:
    """Return the median time of `count` steps from a position on, all families' logits included."""
    random = np.random.default_rng(1)
    rows = np.stack([random.integers(0, size, (batch, position + count)) for size in sizes.families], axis=-1)
    bars = random.random((BARS, sizes.bar)).tolist()
    vector = tuple(random.random(sizes.vector).tolist())
    streams = [Stream(rows=rows[i, :position], vector=vector, bars=tuple(map(tuple, bars))) for i in range(batch)]
    state, times = engine.start(streams, CAPACITY), []
    for n in range(count):
        start = time.perf_counter()
        logits = engine.step(state, rows[:, position + n - 1], np.full(batch, n // 22 % BARS))
        for family, later in enumerate(logits[1:], 1):
            later(rows[:, position + n, :family])
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def read_bytes(sizes: Sizes, batch: int, position: int) -> int:
    """Return the bytes that a step must read: matrices once, keys and values of each stream; not the tables."""
    read = [name for name in weights(sizes) if name.startswith(("blocks.", "chain.parts.", "embeddings."))]
    read = [name for name in read if ".cross.kv." not in name]
    cache = 2 * sizes.layers * batch * position * sizes.kv_heads * sizes.head
    return 4 * (sum(int(np.prod(weights(sizes)[name])) for name in read) + cache)


def measure(preset: str, speed: float, count: int) -> None:
    """Print a preset's lines."""
    torch.manual_seed(0)
    sizes = sizes_of(preset)
    model = Model(sizes).eval()
    arrays = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    engines = {"numpy": NumpyEngine(sizes, arrays), "torch": TorchEngine(model)}
    millions = sum(array.size for array in arrays.values()) / 1e6
    for batch in (1, 2):
        for position in (64, 700):
            bound = read_bytes(sizes, batch, position) / speed
            took = {name: step_seconds(engine, sizes, batch, position, count) for name, engine in engines.items()}
            cells = [f"{name} {1 / t:7.0f} steps/s ({1e3 * t:6.2f} ms, {bound / t:4.0%})" for name, t in took.items()]
            times = f"numpy {took['torch'] / took['numpy']:4.1f} x torch"
            print(f"{preset:8} {millions:6.2f} M  batch {batch}  row {position:3}", *cells, times, sep="  ")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", default="pianist,tiny,small,medium")
    parser.add_argument("--steps", type=int, default=150)
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    speed = bandwidth()
    print(f"weights stream at {speed / 1e9:.1f} GB/s; in brackets: time a step, and the bound's share of it")
    for preset in options.presets.split(","):
        measure(preset, speed, options.steps)


if __name__ == "__main__":
    main()
