"""Decode steps of RWKV-4: this package's engine, transformers' stepping, and reading the whole prefix for every row.

    python benchmarks/rwkv/decoding.py [--sizes 12x256,12x512,12x1024] [--batches 1,2,4,16] [--places 100,4000]

Sizes are layers x width, weights random, vocabulary 2,176. At each place the state has read as many rows before. All
places and precisions ("fp16" and "int8" need psychoscore-native) and transformers step in turns, and each one's best
counts; reading the prefix is timed once, and only up to --longest rows. transformers steps one stream at a time, for
its batched steps are wrong: its figure for a batch is that of one stream. Threads: as OMP_NUM_THREADS says.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", os.environ["OMP_NUM_THREADS"])

import numpy as np
import torch
from transformers import RwkvForCausalLM
from transformers.utils import logging

from psychoscore_rwkv.model import build
from psychoscore_rwkv.sizes import Sizes
from psychoscore_rwkv.state import State
from psychoscore_rwkv.step import Engine

VOCABULARY = 2176


def megabytes() -> float:
    """Return the memory of this process, as Linux counts it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Peer:
    """transformers' own model, stepping one stream as its `generate` does."""

    def __init__(self, engine_model: RwkvForCausalLM) -> None:
        self.model = RwkvForCausalLM(engine_model.config).eval()
        self.model.load_state_dict(engine_model.state_dict())
        self.state: list[torch.Tensor] | None = None

    @torch.inference_mode()
    def step(self) -> None:
        self.state = self.model(torch.zeros(1, 1, dtype=torch.long), state=self.state, use_cache=True).state

    @torch.inference_mode()
    def read_again(self, rows: int) -> None:
        self.model(torch.zeros(1, rows, dtype=torch.long), use_cache=False, logits_to_keep=1)


def advance(engine: Engine, state: State, rows: int) -> None:
    """Read so many more rows, as a prompt."""
    piece = engine.embed(np.zeros((state.batch, 500), np.int64))
    for start in range(0, rows, 500):
        engine.read(state, piece[:, : min(500, rows - start)])


def reached(engines: dict[str, Engine], batch: int, place: int) -> dict[str, State]:
    """Return a state of each engine that has read so many rows, and print what the process holds then."""
    found = {name: engine.empty(batch) for name, engine in engines.items()}
    for name, engine in engines.items():
        advance(engine, found[name], place)
    print(
        f"batch {batch:2}, row {place:5,}: {found['fp32'].nbytes / 1e6:.2f} MB of state, {megabytes():,.0f} MB in all"
    )
    return found


def compare(engines: dict[str, Engine], peer: Peer, batch: int, places: list[int], steps: int, longest: int) -> None:
    """Print one line of figures for each place."""
    states = {place: reached(engines, batch, place) for place in places}
    row = engines["fp32"].embed(np.zeros(batch, np.int64))
    best = {(place, name): float("inf") for place in places for name in (*engines, "transformers")}
    for _ in range(steps):
        for place, name in best:
            start = time.perf_counter()
            if name in engines:
                engines[name].step(states[place][name], row)
            else:
                peer.step()
            best[place, name] = min(best[place, name], time.perf_counter() - start)
    for place in places:
        rates = [f"{name} {batch / best[place, name]:,.0f}" for name in engines]
        text = f"batch {batch:2}, row {place:5,}: rows/s {', '.join(rates)}"
        text += f"; transformers {1 / best[place, 'transformers']:,.0f}"
        if place <= longest and batch == 1:
            start = time.perf_counter()
            peer.read_again(place)
            text += f", whole prefix again {1 / (time.perf_counter() - start):.2f}"
        print(text, flush=True)


def engines_of(model: RwkvForCausalLM) -> dict[str, Engine]:
    """Return an engine for each precision that can be had."""
    found = {"fp32": Engine(model)}
    with suppress(ImportError):
        found |= {precision: Engine(model, precision) for precision in ("fp16", "int8")}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="12x256,12x512,12x1024")
    parser.add_argument("--batches", default="1,2,4,16")
    parser.add_argument("--places", default="100,4000")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--longest", type=int, default=4000)
    options = parser.parse_args()
    logging.set_verbosity_error()
    for size in options.sizes.split(","):
        layers, width = map(int, size.split("x"))
        model = build(
            Sizes(vocabulary=VOCABULARY, layers=layers, width=width, attention=width, hidden=4 * width)
        ).eval()
        engines, peer = engines_of(model), Peer(model)
        print(f"{layers} x {width}, {engines['fp32'].sizes.parameters / 1e6:.0f} million parameters")
        for batch in map(int, options.batches.split(",")):
            places = [int(place) for place in options.places.split(",")]
            compare(engines, peer, batch, places, options.steps, options.longest)


if __name__ == "__main__":
    main()
