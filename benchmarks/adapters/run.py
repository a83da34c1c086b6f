"""Adapters against training everything, and against no conditioning: one table.

    python benchmarks/adapters/run.py [DATA] [--out adapters] [--base-steps 700] [--steps 150] [--profiles 40]

DATA holds pop909/, jsb_chorales/ and emopia/EMOPIA_2.2, by default beside the checkout. A small RWKV-4 is trained on
songs that state no profile, and stripped of what it learned of their bars: it is then what an imported checkpoint is.
It is fine-tuned on EMOPIA, whose clips state profiles, in three ways: adapters on a base of four bits (QLoRA), all
weights, and adapters that are never shown a condition. Everything else is the same: data, steps,
batches, seed. Control is measured by `psyco evaluate` with the sampler's steering off, so that it is the model's own;
where no condition was learned, none is given. OUT keeps what was made: the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from psychoscore_core.whole_files import read_json, write_json
from psychoscore_sampler.plugin import ConstrainedConfig

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PSYCO = Path(sys.executable).with_name("psyco")
UNSTEERED: dict[str, Any] = {
    "use": "constrained",
    **dict.fromkeys(("scale", "chord_tones", "density", "rhythm", "polyphony", "register", "dynamics"), False),
    **dict.fromkeys(("chord_boost", "tension", "melody", "repeats"), 0),
}
BASE = {"tokenizer": {"use": "remi"}, "generation": {"bars": 8}}
WAYS: dict[str, dict[str, Any]] = {
    "QLoRA": {"model": {"use": "rwkv-qlora"}, "dropout": 0.15, "guidance": 1.0},
    "all weights": {"model": {"use": "rwkv"}, "dropout": 0.15, "guidance": 1.0},
    "QLoRA, no condition": {"model": {"use": "rwkv-qlora"}, "dropout": 1.0, "guidance": 0.0},
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=Path("adapters"))
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--base-steps", type=int, default=700)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--profiles", type=int, default=40)
    parser.add_argument("--bars", type=int, default=8)
    return parser.parse_args()


def project(folder: Path, config: dict[str, Any]) -> Path:
    """Write a project's config."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "psychoscore.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    return folder


def psyco(*arguments: object) -> None:
    """Run the command on one core; raises where it fails."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([PSYCO, *map(str, arguments)], env=environment, check=True)


def trained(folder: Path, until: str) -> Path:
    """Run a project, unless that was done, and return its newest run."""
    of = (folder / "psychoscore.json").read_text("utf-8")
    kept = read_json(folder / "seconds.json")
    if not kept or kept["of"] != of:
        begun = time.perf_counter()
        psyco("run", "-C", folder, "--until", until)
        write_json(folder / "seconds.json", {"of": of, "wall": time.perf_counter() - begun})
    return max(folder.glob("runs/*"), key=lambda run: run.stat().st_mtime)


def base_of(given: argparse.Namespace) -> Path:
    """Return the folder of the base's checkpoint."""
    datasets = {
        name: {"path": str(given.data / folder)}
        for name, folder in (("pop909", "pop909"), ("jsb-chorales", "jsb_chorales"))
    }
    training = {"steps": given.base_steps, "batch_size": 8, "context": 384, "learning_rate": 2e-3}
    training |= {"evaluate_every": 100, "evaluate_batches": 4, "save_every": 50, "device": "cpu", "seed": 0}
    model = {"use": "rwkv", "layers": given.layers, "width": given.width, "device": "cpu"}
    config = {"name": "base", **BASE, "model": model, "datasets": datasets, "training": training}
    checkpoint = trained(project(given.out / "base", config), "train") / "train"
    return bared(checkpoint, given.out / "bare")


def bared(checkpoint: Path, folder: Path) -> Path:
    """Return a copy of a base that knows of no conditions, as one that was imported."""
    folder.mkdir(exist_ok=True)
    for name in ("config.json", "base.json", "model.safetensors"):
        shutil.copyfile(checkpoint / name, folder / name)
    return folder


def tuned(given: argparse.Namespace, base: Path, name: str) -> dict[str, Any]:
    """Fine-tune in one way, and return a column of the table."""
    way = WAYS[name]
    folder = given.out / re.sub(r"\W+", "-", name.lower())
    training = {"steps": given.steps, "batch_size": 4, "accumulate": 2, "context": 384, "learning_rate": 1e-3}
    training |= {"warmup": 0.1, "condition_dropout": way["dropout"], "evaluate_every": 50, "evaluate_batches": 8}
    training |= {"save_every": 50, "device": "cpu", "seed": 0}
    config = {
        "name": "tuned",
        **BASE,
        "model": {**way["model"], "base": str(base), "device": "cpu"},
        "datasets": {"emopia": {"path": str(given.data / "emopia" / "EMOPIA_2.2")}},
        "training": training,
        "sampler": {**UNSTEERED, "guidance": way["guidance"]},
        "temperature": {"use": "fixed"},
        "arrangers": None,
    }
    run = trained(project(folder, config), "evaluate")
    log, metrics = (run / "run.log").read_text("utf-8"), read_json(run / "evaluate" / "metrics.json")
    steps = [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()]
    speeds = sorted(line["tokens_per_second"] for line in steps if "tokens_per_second" in line)
    checkpoint = run / "train"
    files = [
        checkpoint / part for part in ("adapter_model.safetensors", "model.safetensors", "conditioner.safetensors")
    ]
    return {
        "trained": _found(r"trained \(([\d.]+%)\)", log),
        "memory told": _found(r"about ([\d.]+ \w+) of memory", log),
        "memory taken": _found(r"took ([\d.]+ \w+) of memory", log),
        "on disk": f"{sum(path.stat().st_size for path in files if path.exists()) / 1e6:.1f} MB",
        "tokens/s, median": f"{speeds[len(speeds) // 2]:.0f}",
        "nats a note, held out": _nats(metrics, "nats_per_note", way),
        **_control(given, folder, checkpoint, way["guidance"] > 0),
    }


def _nats(metrics: dict[str, float], name: str, way: dict[str, Any]) -> str:
    """Return the nats a note as the model is used: with conditions, or with none where it was shown none."""
    ratio = metrics["unconditional_nats_per_token"] / metrics["nats_per_token"]
    return f"{metrics[name] * (1.0 if way['guidance'] else ratio):.2f}"


def _control(given: argparse.Namespace, folder: Path, checkpoint: Path, told: bool) -> dict[str, Any]:
    """Measure how far takes of random profiles follow them, by the model alone and with the sampler's steering.

    told: whether the model was shown conditions, so that guidance means something.
    """
    alone = _followed(given, folder, checkpoint, "alone")
    usual = ConstrainedConfig()
    steering = [f"sampler.{name}={json.dumps(getattr(usual, name))}" for name in UNSTEERED if name != "use"]
    sets = [part for text in steering for part in ("--set", text)]
    steered = _followed(given, folder, checkpoint, "steered", *sets)
    guided = _followed(given, folder, checkpoint, "guided", "--set", "sampler.guidance=3") if told else {}
    best = sorted(alone, key=lambda name: alone[name], reverse=True)[:3]
    return {
        "control, median rho": f"{median(alone.values()):.2f}",
        "followed best": ", ".join(f"{name} {alone[name]:.2f}" for name in best),
        "control with guidance 3, median rho": f"{median(guided.values()):.2f}" if told else "-",
        "control with steering, median rho": f"{median(steered.values()):.2f}",
    }


def _followed(given: argparse.Namespace, folder: Path, checkpoint: Path, name: str, *sets: str) -> dict[str, float]:
    """Return Spearman's correlation of what was asked with what is heard, by attribute."""
    path = folder / name / "evaluation.json"
    if not path.exists():
        whole = (checkpoint / "model.safetensors").exists()
        counts = ("--profiles", given.profiles, "--seeds", 1, "--bars", given.bars)
        model = ("--set", f"model.checkpoint={checkpoint}", *(("--set", "model.base=null") if whole else ()))
        out = ("--only", "control", "--out", path.parent, "--set", "datasets=null")
        psyco("evaluate", "-C", folder, *counts, *model, *out, *sets)
    attributes = read_json(path)["control"]["attributes"]
    return {name: row["spearman"]["value"] for name, row in attributes.items() if row["asked"]}


def _found(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    return found[-1] if found else "-"


def main() -> None:
    given = options()
    given.out, given.data = given.out.resolve(), given.data.resolve()
    base = base_of(given)
    columns = {name: tuned(given, base, name) for name in WAYS}
    write_json(given.out / "table.json", columns)
    rows = [["", *columns], ["---"] * (1 + len(columns))]
    rows += [[what, *(str(column[what]) for column in columns.values())] for what in next(iter(columns.values()))]
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
