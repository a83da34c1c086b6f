"""Measures what a step of the sampler `constrained` costs, decoder and grammar apart.

Run with `python benchmarks/sampler/steps.py`; prints microseconds a step and stream. A step draws from logits of
standard deviation 3 under a mask that allows every second token. The decoder gives ready logits and the grammar
ready masks, so that only the sampler's own work is timed.
"""

from __future__ import annotations

import itertools
import time

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Request
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

SETTINGS = {
    "all": {"top_p": 1.0},
    "top_k 40": {"top_p": 1.0, "top_k": 40},
    "top_p 0.95": {"top_p": 0.95},
    "top_k 200, top_p 0.95": {"top_p": 0.95, "top_k": 200},
    "top_p 0.95, guidance 3": {"top_p": 0.95, "guidance": 3.0},
    "top_p 0.95, repetition": {"top_p": 0.95, "repetition_penalty": 1.0},
}


class ReadyGrammar:
    """Allows every second token and ends after so many rows."""

    bar = 0

    def __init__(self, size: int, rows: int) -> None:
        self.left, self.finished = rows, False
        self.allowed = np.arange(size) % 2 == 0
        self.allowed.flags.writeable = False

    def mask(self, family: int = 0, partial: tuple[int, ...] = ()) -> np.ndarray:
        return self.allowed

    def push(self, row: tuple[int, ...]) -> None:
        self.left -= 1
        self.finished = self.left == 0


class ReadyDecoder:
    """Gives logits that were drawn beforehand."""

    context = 0

    def __init__(self, size: int) -> None:
        self.pool = np.random.default_rng(0).normal(0, 3, (64, size)).astype(np.float32)
        self.turn = itertools.count()

    def start(self, streams: list[Stream]) -> None:
        return None

    def step(self, state: None, rows: np.ndarray, bars: np.ndarray) -> list[np.ndarray]:
        first = next(self.turn) % (65 - len(rows))
        return [self.pool[first : first + len(rows)]]


def microseconds(size: int, streams: int, rows: int, options: dict[str, float]) -> float:
    """Return the time of a step and stream; the best of three runs."""
    sampler = ConstrainedSampler(ConstrainedConfig(max_rows_per_bar=10**6, **options))
    best = float("inf")
    for _ in range(3):
        prompt = Stream(rows=np.zeros((2, 1), np.int32), vector=(0.0,), bars=None)
        requests = [
            Request(stream=prompt, grammar=ReadyGrammar(size, rows), temperatures=(1.0,), seed=seed)
            for seed in range(streams)
        ]
        begin = time.perf_counter()
        sampler.sample(ReadyDecoder(size), requests)
        best = min(best, (time.perf_counter() - begin) / rows / streams * 1e6)
    return best


def main() -> None:
    columns = list(itertools.product((1_000, 30_000), (1, 16)))
    print(f"{'microseconds a step and stream':32}" + "".join(f"{f'V={v} B={b}':>15}" for v, b in columns))
    for name, options in SETTINGS.items():
        times = [microseconds(size, streams, 300 if streams == 1 else 60, options) for size, streams in columns]
        print(f"{name:32}" + "".join(f"{t:15.0f}" for t in times))


if __name__ == "__main__":
    main()
