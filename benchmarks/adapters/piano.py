"""What QLoRA takes at the size of the public piano checkpoint: memory told and measured, disk, and switching.

    python benchmarks/adapters/piano.py [--out FOLDER] [--context 256] [--layers 12] [--width 1024]

Weights and tokens are random: they decide none of these figures. Each training of two steps has a process of its own,
so that its peak is its own. A figure for CUDA comes out of the same command where there is a card.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from psychoscore_core.records import ConditionSpace, Family, Training, Vocabulary
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepared_data import Prepared, PreparedWriter
from psychoscore_core.stages.train import Term
from psychoscore_losses.causal_lm import CausalLm
from psychoscore_losses.plugin import CausalLmConfig
from psychoscore_qlora.backend import QloraBackend, RwkvBackend
from psychoscore_qlora.plugin import QloraConfig, RwkvConfig
from psychoscore_qlora.switching import Switchboard

BASE, PREFIX = 2176, 120  # ids of the public checkpoint, and about as many as the psychometric prefix has
SPACE = ConditionSpace(vector=tuple(f"v{i}" for i in range(57)), bar=tuple(f"b{i}" for i in range(68)))


def vocabulary(size: int) -> Vocabulary:
    family = Family(name="word", tokens=tuple(f"t{i}" for i in range(size)))
    return Vocabulary(families=(family,), prefix={}, pad=0, bos=1, sep=0, eos=2)


class Lines(Silent):
    """A report that keeps what is said, and the speed of the last step."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.speed = 0.0

    def remark(self, text: str) -> None:
        self.lines.append(text)

    def step(self, step: int, metrics: Any) -> None:
        self.speed = metrics["tokens_per_second"]


def write_data(folder: Path, size: int, rows: int) -> Path:
    """Write eight pieces of random tokens."""
    if (folder / "prepare.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random, writer, items = np.random.default_rng(0), PreparedWriter(folder), []
    for i in range(8):
        tokens = np.array([1, 0, *random.integers(3, BASE, rows), 2], "<i4")
        bars = np.array([-1, -1, *np.arange(rows) // 32, (rows - 1) // 32], "<i4")
        record = {"id": f"p{i}", "dataset": "random", "group": f"g{i}", "labels": {}, "prefix": 2, "notes": rows // 3}
        record |= {"split": "train", "length": len(tokens), "vector": random.random(57).tolist()}
        record |= {"bar_conditions": random.random((rows // 32 + 1, 68)).tolist()}
        items.append(Prepared(record=record, rows=tokens.tobytes(), bars=bars.tobytes()))
    writer.append(items)
    words = vocabulary(size)
    writer.finish({"families": [size], "vocabulary": words.digest, "space": SPACE.digest})
    return folder


def make_base(folder: Path, layers: int, width: int) -> Path:
    """Write a random RWKV-4 as an import does."""
    from psychoscore_qlora.checkpoint import write_whole
    from psychoscore_rwkv.model import build
    from psychoscore_rwkv.sizes import Sizes

    if not (folder / "base.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(0)
        core = build(Sizes(vocabulary=BASE, layers=layers, width=width, attention=width, hidden=4 * width))
        write_whole(folder, core, 4096)
    return folder


def train(options: argparse.Namespace) -> None:
    """Train two steps as the options say, and print what was said as JSON; runs in a process of its own."""
    words = vocabulary(BASE + PREFIX)
    terms = {"causal-lm": Term(name="causal-lm", weight=1.0, loss=CausalLm(CausalLmConfig(), 1, 57))}
    training = Training(
        steps=2,
        batch_size=1,
        context=options.context,
        learning_rate=1e-4,
        gradient_checkpointing=options.again,
        seed=options.seed,
    )
    base, report = options.out / "base", Lines()
    backend: Any = (
        RwkvBackend(RwkvConfig(base=base), words, SPACE)
        if options.train == "whole"
        else QloraBackend(QloraConfig(base=base, quantization=options.train), words, SPACE)
    )
    folder = options.out / f"{options.train}-{options.seed}-{options.again}"
    backend.train(options.out / "data", terms, training, folder, report)
    files = [folder / name for name in ("adapter_model.safetensors", "model.safetensors", "conditioner.safetensors")]
    disk = sum(path.stat().st_size for path in files if path.exists())
    print(json.dumps({"lines": report.lines, "speed": report.speed, "disk": disk, "folder": str(folder)}))


def measured(options: argparse.Namespace, what: str, again: bool, seed: int = 0) -> dict[str, Any]:
    """Return what a training of its own process said."""
    command = [sys.executable, __file__, "--train", what, "--out", str(options.out), "--seed", str(seed)]
    command += ["--context", str(options.context), *(["--again"] if again else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    text = " ".join(found["lines"])
    told, took = re.search(r"about ([\d.]+ \w+) of memory", text), re.search(r"took ([\d.]+ \w+) of memory", text)
    share = re.search(r"trained \(([\d.]+)%\)", text)
    assert told and took and share
    return {**found, "told": told[1], "took": took[1], "share": share[1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("piano-size"))
    parser.add_argument("--context", type=int, default=256)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--train", choices=("nf4", "none", "whole"), help=argparse.SUPPRESS)
    parser.add_argument("--again", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(options)
        return
    make_base(options.out / "base", options.layers, options.width)
    write_data(options.out / "data", BASE + PREFIX, options.context * 2)
    print("| training | trained | memory told | memory taken | on disk | tokens/s |\n|---|---|---|---|---|---|")
    folders = []
    for what, again in (("nf4", True), ("nf4", False), ("none", True), ("whole", True)):
        found = measured(options, what, again)
        folders.append(Path(found["folder"]))
        name = {"nf4": "QLoRA, NF4", "none": "LoRA, float32", "whole": "whole"}[what]
        print(
            f"| {name}{', checkpointing' if again else ''} | {found['share']} % | {found['told']} | {found['took']} | "
            f"{found['disk'] / 1e6:.1f} MB | {found['speed']:.0f} |",
            flush=True,
        )
    others = [Path(measured(options, "nf4", True, seed)["folder"]) for seed in (1, 2)]
    board = Switchboard({"a": folders[0], "b": others[0], "c": others[1]})
    times = []
    for name in "bcabcabca":
        begun = time.perf_counter()
        board.use(name)
        times.append(1000 * (time.perf_counter() - begun))
    print(
        f"\nswitching among three adapters in memory: {statistics.median(times):.1f} ms, at the most {max(times):.1f}"
    )


if __name__ == "__main__":
    main()
