"""How long `pianist` takes for 32 bars with the whole plan and all steering, and what steering costs.

    python benchmarks/generate/pianist.py [--pieces 20] [--bars 32] [--notes 20] [--engines native-int8,numpy]

Prints, over profiles whose plans ask for about so many notes a bar: seconds a piece (median, 95th percentile; wall
clock and processor time), seconds to the first finished bar, the same with steering off, and how large a share of a
row's time the weights take to stream from memory.
"""

from __future__ import annotations

import argparse
import random
import time

import numpy as np
from attrs import evolve

from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import Plan, Stream
from psychoscore_core.rule_table import plan_of
from psychoscore_core.stages.sample import Request
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer
from psychoscore_pianist.backend import Pianist
from psychoscore_pianist.plugin import WEIGHTS, PianistConfig
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.psychometric import PsychometricEncoder
from psychoscore_rules.chord_plan import completed
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

ENCODER = PsychometricEncoder(PsychometricConfig())
TOKENIZER = NotesTokenizer(NotesConfig(), ENCODER.prefix_tokens)


def plans(count: int, bars: int, notes: float) -> list[Plan]:
    """Return plans of random profiles, made as dense as asked for."""
    rng, found = random.Random(1), []
    for seed in range(count):
        profile = random_profile(rng)
        plan = plan_of(profile, bars)
        dense = tuple(evolve(bar, density=0.5, polyphony=min(1.0, 0.015 * notes)) for bar in plan.bars)
        found.append(completed(profile, evolve(plan, bars=dense), seed))
    return found


def drawn(model: Pianist, plan: Plan, seed: int, steered: bool) -> tuple[int, float, float, float]:
    """Return (rows, wall seconds, processor seconds, seconds to the first bar) of one piece."""
    request = Request(
        stream=Stream(rows=TOKENIZER.prompt(), vector=None, bars=ENCODER.encode_plan(plan)),
        grammar=TOKENIZER.grammar(len(plan.bars), plan),
        temperatures=(0.85,),
        seed=seed,
        plan=plan if steered else None,
    )
    wall, processor, first, rows = time.perf_counter(), time.process_time(), 0.0, 0
    for _, bar in ConstrainedSampler(ConstrainedConfig()).stream(model, [request]):
        first = first or time.perf_counter() - wall
        rows += len(bar)
    return rows, time.perf_counter() - wall, time.process_time() - processor, first


def bandwidth() -> float:
    """Return how many bytes a second one core reads from memory."""
    block = np.ones(32 << 20, np.float32)
    start = time.perf_counter()
    for _ in range(5):
        block.sum()
    return 5 * block.nbytes / (time.perf_counter() - start)


def report(name: str, table: np.ndarray, bars: int) -> None:
    """Print what drawn() gave for every piece (pieces, 4)."""
    rows, wall, processor, first = table.T
    print(
        f"{name}: {rows.mean() / bars - 1:.1f} notes a bar; seconds a piece {np.median(wall):.2f} "
        f"(95% {np.percentile(wall, 95):.2f}, best {wall.min():.2f}), processor {np.median(processor):.2f}; "
        f"first bar {1000 * np.median(first):.0f} ms (95% {1000 * np.percentile(first, 95):.0f}); "
        f"{1e6 * processor.sum() / rows.sum():.0f} microseconds a row"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=20)
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--notes", type=float, default=20.0)
    parser.add_argument("--engines", default="native-int8,native-fp16,numpy", help="compared piece by piece")
    options = parser.parse_args()
    asked = plans(options.pieces, options.bars, options.notes)
    models = {}
    for name in options.engines.split(","):
        engine, _, precision = name.partition("-")
        config = PianistConfig(engine=engine, precision=precision or "fp16")
        models[name] = Pianist(config, TOKENIZER.vocabulary, ENCODER.space)
        start = time.perf_counter()
        drawn(models[name], asked[0], 0, True)
        print(f"{name}: first piece, weights read, {time.perf_counter() - start:.2f} s")
    for what, steered in (("with all steering", True), ("with the grammar alone", False)):
        tables: dict[str, list[tuple[int, float, float, float]]] = {name: [] for name in models}
        for seed, plan in enumerate(asked):
            for name, model in models.items():
                tables[name].append(drawn(model, plan, seed, steered))
        for name, table in tables.items():
            report(f"{name} {what}", np.array(table), options.bars)
    size = 2 * (WEIGHTS / "model.safetensors").stat().st_size  # kept as float32
    speed = bandwidth()
    print(f"weights {size / 1e6:.0f} MB at {speed / 1e9:.0f} GB/s: {1e6 * size / speed:.0f} microseconds a row")


if __name__ == "__main__":
    main()
