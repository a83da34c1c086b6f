"""Where the time of 32 bars goes: layers, heads and draw, and what sampler, grammar and steering take in Python.

    python benchmarks/decode/music.py [--rounds 7] [--notes 20] [--cases 1x1,1x2,16x1] [--engines native-int8,numpy]

Every piece has the whole plan, all masks and all steering. A case is streams x guidance. All engines play the same
plans in turn, so that other work disturbs them alike. A seed gives the same rows every time: "undisturbed" is the sum
of each row's best round, which other work on the machine hardly touches; "best" is the best whole round. "cold" is a
process of its own that imports, reads the weights and plays one piece. "--peer" adds transformers' generate() on a
Llama of the pianist's layers, one stream, a token a note.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "generate"))

import numpy as np
from pianist import ENCODER, TOKENIZER, plans

from psychoscore_core.records import Plan, Stream
from psychoscore_core.stages.sample import Request
from psychoscore_pianist.backend import Pianist
from psychoscore_pianist.plugin import PianistConfig
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

BARS = 32
COLD = """
import sys
sys.path[:0] = {paths}
import music
music.play(music.model_of({engine!r}), music.asked(1, {notes}))
"""


class Watched:
    """A decoder that notes, row by row, when its step began, how long that took, and how long its draws took."""

    def __init__(self, decoder: Any) -> None:
        self._decoder, self.context = decoder, decoder.context
        self.start, self.extend, self.keep = decoder.start, decoder.extend, decoder.keep
        self.times: list[list[float]] = []  # of each row: beginning, seconds in the layers, seconds in heads and draw
        self.ids: list[Any] = []

    def step(self, state: Any, rows: Any, bars: Any) -> Any:
        begun = time.perf_counter()
        step = self._decoder.step(state, rows, bars)
        self.times.append([begun, time.perf_counter() - begun, 0.0])
        return WatchedStep(self, step) if hasattr(step, "draw") else step

    def rows(self) -> np.ndarray:
        """Return (rows, 3): seconds until the next row, in the layers, and in heads and draw."""
        times = np.array([*self.times, [time.perf_counter(), 0, 0]])
        return np.column_stack([np.diff(times[:, 0]), times[:-1, 1:]])


class WatchedStep:
    """A step whose draws are timed."""

    def __init__(self, watched: Watched, step: Any) -> None:
        self._watched, self._step = watched, step

    def draw(self, *given: Any) -> Any:
        begun = time.perf_counter()
        ids = self._step.draw(*given)
        self._watched.times[-1][2] += time.perf_counter() - begun
        self._watched.ids.append(ids)
        return ids


class Replayed:
    """A decoder that draws what was drawn before, in no time."""

    context = 0

    def __init__(self, ids: Sequence[Any]) -> None:
        self._ids = iter(ids)

    def start(self, streams: Any) -> None:
        return None

    def extend(self, state: None, rows: Any, bars: Any) -> None:
        return None

    def keep(self, state: None, streams: Any) -> None:
        return None

    def step(self, state: None, rows: Any, bars: Any) -> Replayed:
        return self

    def draw(self, family: int, rows: Any, choices: Any, rule: Any) -> Any:
        return next(self._ids)


def model_of(name: str) -> Pianist:
    """Return the pianist with an engine and a precision, "native-int8" say."""
    engine, _, precision = name.partition("-")
    return Pianist(PianistConfig(engine=engine, precision=precision or "fp16"), TOKENIZER.vocabulary, ENCODER.space)


def asked(streams: int, notes: float, steered: bool = True) -> list[Request]:
    """Return a request for each of so many streams, with a plan of its own."""

    def one(seed: int, plan: Plan) -> Request:
        return Request(
            stream=Stream(rows=TOKENIZER.prompt(), vector=None, bars=ENCODER.encode_plan(plan)),
            grammar=TOKENIZER.grammar(len(plan.bars), plan),
            temperatures=(0.85,),
            seed=seed,
            plan=plan if steered else None,
        )

    return [one(seed, plan) for seed, plan in enumerate(plans(streams, BARS, notes))]


def play(model: Any, requests: list[Request], guidance: float = 1.0) -> int:
    """Draw a piece for each request; return the number of rows."""
    return sum(map(len, ConstrainedSampler(ConstrainedConfig(guidance=guidance)).sample(model, requests)))


def watched(model: Any, requests: list[Request], guidance: float = 1.0) -> tuple[int, float, np.ndarray, list[Any]]:
    """Return how many rows were drawn, the seconds, those of each row as Watched.rows(), and the ids."""
    begun, decoder = time.perf_counter(), Watched(model)
    rows = play(decoder, requests, guidance)
    return rows, time.perf_counter() - begun, decoder.rows(), decoder.ids


def cold(engine: str, notes: float) -> float:
    """Return the seconds of a process that plays one piece."""
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "generate")]
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", COLD.format(paths=paths, engine=engine, notes=notes)], check=True)
    return time.perf_counter() - begun


def undisturbed(rounds: Sequence[np.ndarray]) -> np.ndarray:
    """Return (rows, 3) of the round in which each row took least."""
    table = np.stack(rounds)
    return table[table[:, :, 0].argmin(axis=0), np.arange(table.shape[1])]


def report(name: str, streams: int, guidance: float, rounds: list[tuple[int, float, np.ndarray, list[Any]]]) -> None:
    """Print what watched() gave in every round of a case."""
    rows, best = rounds[0][0], min(wall for _, wall, _, _ in rounds)
    wall, layers, draw = undisturbed([times for _, _, times, _ in rounds]).sum(axis=0)
    parts = " ".join(
        f"{what} {1e6 * seconds / rows:.0f} us ({seconds / wall:.0%})"
        for what, seconds in (("layers", layers), ("heads and draw", draw), ("python", wall - layers - draw))
    )
    print(
        f"  {streams:2} streams, guidance {guidance:g}, {name:12} {rows / streams / BARS - 1:.1f} notes a bar: "
        f"best {best / streams:.3f} s, undisturbed {wall / streams:.3f} s, {rows / wall:.0f} rows a second; "
        f"a row: {parts}",
        flush=True,
    )


def python_alone(model: Any, notes: float, rounds: int) -> None:
    """Print what sampler and grammar take in Python without the decoder, and what steering takes."""
    ids, found = watched(model, asked(1, notes))[3], {}
    for steered in (False, True):
        tables = [watched(Replayed(ids), asked(1, notes, steered))[2] for _ in range(rounds)]
        found[steered] = 1e6 * undisturbed(tables).sum(axis=0)[0] / len(tables[0])
    bare, more = found[False], found[True] - found[False]
    print(f"without the decoder, a row: sampler and grammar {bare:.0f} us, steering {more:.0f} us")


def generated(rounds: int) -> float:
    """Return how many tokens a second generate() gives one stream around row 350, the best of so many times 20."""
    from native import DIGESTS, generate_timer

    from psychoscore_pianist.plugin import WEIGHTS
    from psychoscore_transformer.checkpoint import read_checkpoint

    timer = generate_timer(read_checkpoint(WEIGHTS, *DIGESTS).sizes)
    return 1 / min(timer(1, 350, 20) for _ in range(rounds))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--notes", type=float, default=20.0)
    parser.add_argument("--cases", default="1x1,1x2,16x1")
    parser.add_argument("--engines", default="native-int8,native-fp16,numpy")
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    models = {name: model_of(name) for name in options.engines.split(",")}
    for name in models:
        best = min(cold(name, options.notes) for _ in range(min(3, options.rounds)))
        print(f"cold, a process of its own: {name} {best:.2f} s")
    for case in options.cases.split(","):
        streams, guidance = int(case.partition("x")[0]), float(case.partition("x")[2])
        rounds: dict[str, list[Any]] = {name: [] for name in models}
        for _ in range(options.rounds):
            for name, model in models.items():
                rounds[name].append(watched(model, asked(streams, options.notes), guidance))
        for name, table in rounds.items():
            report(name, streams, guidance, table)
    native = next((model for name, model in models.items() if name.startswith("native")), None)
    if native is not None:
        python_alone(native, options.notes, 3 * options.rounds)
    if options.peer:
        print(f"transformers' generate(), one stream: {generated(options.rounds):.0f} tokens a second")


if __name__ == "__main__":
    main()
