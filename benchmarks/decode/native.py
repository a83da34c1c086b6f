"""Decode steps a second of the native engine and its peers on the pianist's weights, interleaved, best of several.

    python benchmarks/decode/native.py [--rounds 5] [--steps 60] [--threads 2] [--peers onnxruntime,transformers]

A step reads one row of every stream and gives the logits of all five families. In brackets: the share of the time in
which a step's bytes (weights once, keys and values of each stream) could be read at the best rate at which the same
threads read 10 MB, as much as the weights in float16, between the other measurements. Peers, where they are installed:
torch eager, psychoscore-onnx in fp32 and int8 (ONNX Runtime), and transformers' generate() on a Llama of the same
layers, one token a step.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from psychoscore_core.records import Stream
from psychoscore_native.engine import NativeEngine
from psychoscore_pianist.plugin import WEIGHTS
from psychoscore_transformer.checkpoint import read_checkpoint
from psychoscore_transformer.layout import weights
from psychoscore_transformer.numpy_engine import NumpyEngine
from psychoscore_transformer.sizes import Sizes
from psychoscore_transformer.torch_engine import TorchEngine, build

BARS, CAPACITY = 32, 1088
CASES = ((1, 64), (1, 350), (1, 700), (1, 1000), (2, 64), (16, 64), (16, 350))  # streams, position
DIGESTS = ("c2c25df4de5427ce", "faa6b2d6358ab285")
Timer = Callable[[int, int, int], float]  # (streams, position, steps) -> the best seconds of one step


def rows_of(sizes: Sizes, batch: int, count: int) -> np.ndarray:
    """Return random rows (batch, count, families)."""
    random = np.random.default_rng(1)
    return np.stack([random.integers(0, size, (batch, count)) for size in sizes.families], axis=-1)


def engine_timer(engine: Any, sizes: Sizes) -> Timer:
    """Return what times an engine of the transformer."""

    def best(batch: int, position: int, steps: int) -> float:
        rows, found = rows_of(sizes, batch, position + steps), float("inf")
        bars = tuple(map(tuple, np.random.default_rng(2).random((BARS, sizes.bar)).tolist()))
        state = engine.start([Stream(rows=r[:position], vector=None, bars=bars) for r in rows], CAPACITY)
        for n in range(steps):
            start = time.perf_counter()
            logits = engine.step(state, rows[:, position + n - 1], np.full(batch, n // 20 % BARS))
            _ = logits[0]  # some compute it only when it is asked for
            for family, later in enumerate(logits[1:], 1):
                later(rows[:, position + n, :family])
            found = min(found, time.perf_counter() - start)
        return found

    return best


def bandwidth(threads: int) -> float:
    """Return the bytes a second that so many threads read together, of 10 MB in pieces as a model has them."""
    matrices = [np.ones((256, 512), np.float32) for _ in range(20)]
    row = np.ones((1, 256), np.float32)

    def stream(part: int) -> None:
        out = np.empty((1, 512), np.float32)
        for matrix in matrices[part::threads]:
            np.matmul(row, matrix, out=out)

    found = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(60):
            start = time.perf_counter()
            list(pool.map(stream, range(threads)))
            found = min(found, time.perf_counter() - start)
    return sum(matrix.nbytes for matrix in matrices) / found


def read_bytes(sizes: Sizes, batch: int, position: int, weight: int, number: int) -> int:
    """Return the bytes that a step must read, weights and cached numbers of so many bytes each."""
    names = [name for name in weights(sizes) if name.startswith(("blocks.", "chain.parts.", "embeddings."))]
    cache = 2 * sizes.layers * batch * position * sizes.kv_heads * sizes.head
    return weight * sum(int(np.prod(weights(sizes)[name])) for name in names) + number * cache


def generate_timer(sizes: Sizes) -> Timer:
    """Return what times generate() of transformers on a Llama of these sizes; prompts are read beforehand."""
    from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.kv_heads,
        intermediate_size=sizes.hidden,
        vocab_size=sum(sizes.families),
        max_position_embeddings=2048,
        pad_token_id=0,
        eos_token_id=None,
    )
    model = LlamaForCausalLM(config).eval()

    def best(batch: int, position: int, steps: int) -> float:
        prompt = torch.ones((batch, position), dtype=torch.long)
        with torch.inference_mode():
            cache = DynamicCache(config=config)
            model(prompt[:, :-1], past_key_values=cache)
            start = time.perf_counter()
            model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                past_key_values=cache,
                max_new_tokens=steps,
                do_sample=True,
                top_k=50,
            )
            return (time.perf_counter() - start) / steps

    return best


def timers(sizes: Sizes, arrays: Any, threads: int, peers: list[str]) -> dict[str, tuple[Timer, int, int]]:
    """Return timers by name, with the bytes of a weight and of a cached number."""
    found: dict[str, tuple[Timer, int, int]] = {}
    for precision, weight, number in (("int8", 1, 2), ("fp16", 2, 2), ("fp32", 4, 4)):
        engine = NativeEngine(sizes, arrays, precision, threads)
        found[f"native {precision}"] = (engine_timer(engine, sizes), weight, number)
    found["NumPy"] = (engine_timer(NumpyEngine(sizes, arrays), sizes), 4, 4)
    found["torch eager"] = (engine_timer(TorchEngine(build(sizes, arrays, "cpu")), sizes), 4, 4)
    if "onnxruntime" in peers:
        from onnx_peer import engines

        found |= {name: (engine_timer(engine, sizes), number, number) for name, engine, number in engines(threads)}
    if "transformers" in peers:
        found["HF generate"] = (generate_timer(sizes), 4, 4)
    return found


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", default="")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    loaded = read_checkpoint(WEIGHTS, *DIGESTS)
    speed = bandwidth(options.threads)
    measured = timers(loaded.sizes, loaded.weights, options.threads, options.peers.split(","))
    for batch, position in CASES:
        best = dict.fromkeys(measured, float("inf"))
        for _ in range(options.rounds):
            speed = max(speed, bandwidth(options.threads))
            for name, (timer, *_) in measured.items():
                best[name] = min(best[name], timer(batch, position, options.steps))
        print(f"{batch} streams at row {position}: rows a second of all streams; memory {speed / 1e9:.1f} GB/s")
        for name, (_, weight, number) in measured.items():
            bound = read_bytes(loaded.sizes, batch, position, weight, number) / speed
            print(f"  {name:12} {batch / best[name]:7.0f}  ({bound / best[name]:4.0%} of the bound)", flush=True)


if __name__ == "__main__":
    main()
