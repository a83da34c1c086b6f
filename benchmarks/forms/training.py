"""One project for each token form: the same songs, the same body, the same number of notes to learn from."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from corpus import NOTES, REMI

from psychoscore_core.config.layers import load_project
from psychoscore_core.plugins import discover
from psychoscore_core.records import Training
from psychoscore_core.run.parts import Parts
from psychoscore_core.whole_files import read_json, write_json
from psychoscore_training.data import Prepared, open_prepared
from psychoscore_training.order import training_order

WORDS = {"use": "compound-word", **NOTES, "chords": False}
FORMS: dict[str, dict[str, Any]] = {
    "notes": {"use": "notes", **NOTES},
    "remi": {"use": "remi", **REMI},
    "remi-bpe": {"use": "remi", **REMI, "bpe_vocabulary": 2000},
    "compound-word": WORDS,
    "compound-word-chained": WORDS,
}
HEADS = {"compound-word": "compound-word"}  # the model that draws the type first; the others' is "transformer"
BODY = {"layers": 4, "width": 192, "heads": 6, "kv_heads": 2, "hidden": 512, "style_tokens": 0, "dropout": 0.05}
PSYCO = Path(sys.executable).with_name("psyco")


@frozen(kw_only=True)
class Budget:
    """What every form gets: optimizer steps of `batch` windows of about `window` notes each."""

    steps: int
    batch: int
    window: int


@frozen(kw_only=True)
class Trained:
    """A form's project after its training. parts: its components, the model loaded.

    rows, notes: seen in training. wall, processor: seconds of the training.
    """

    name: str
    project: Path
    parts: Parts
    data: Prepared
    rows: int
    notes: int
    wall: float
    processor: float

    @property
    def rows_per_note(self) -> float:
        return _rows_per_note(self.data)


def train(name: str, songs: Path, out: Path, budget: Budget) -> Trained:
    """Prepare and train a form in its own folder; what is already there is kept."""
    project = out / name
    project.mkdir(parents=True, exist_ok=True)
    _write(project, name, songs, {"steps": budget.steps})
    psyco("run", "-C", project, "--until", "prepare")
    data = _prepared(project)
    context = round(budget.window * _rows_per_note(data)) + int(data.prefixes.max())
    _write(project, name, songs, _training(budget, context))
    wall, processor = _timed(project)
    parts = _loaded(project)
    rows = _rows_seen(data, parts.project.training)
    counts = {"rows": rows, "notes": round(rows / _rows_per_note(data))}
    return Trained(name=name, project=project, parts=parts, data=data, wall=wall, processor=processor, **counts)


def psyco(*arguments: object) -> None:
    """Run the command on one core, beside other work; raises where it fails."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([PSYCO, *map(str, arguments)], env=environment, check=True, preexec_fn=lambda: os.nice(10))


def _training(budget: Budget, context: int) -> dict[str, Any]:
    often = max(1, budget.steps // 5)
    every = {"evaluate_every": often, "evaluate_batches": 6, "save_every": often}
    shape = {"steps": budget.steps, "batch_size": budget.batch, "context": context}
    return {**shape, **every, "learning_rate": 2e-3, "condition_dropout": 0.1, "seed": 0}


def _write(project: Path, name: str, songs: Path, training: dict[str, Any]) -> None:
    files = {"use": "midi-folder", "bars": "file", "duplicates": "keep", "estimate_key": False, "test": 0.0}
    config = {
        "name": name,
        "tokenizer": FORMS[name],
        "model": {"use": HEADS.get(name, "transformer"), **BODY},
        "datasets": {
            "train": {**files, "path": str(songs / "train"), "validation": 0.0},
            "held-out": {**files, "path": str(songs / "validation"), "validation": 1.0},
        },
        "training": training,
    }
    (project / "psychoscore.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def _timed(project: Path) -> tuple[float, float]:
    """Train where that is still to be done; return its wall and processor seconds, kept beside the project."""
    of = (project / "psychoscore.json").read_text("utf-8")
    kept = read_json(project / "seconds.json")
    if not kept or kept["of"] != of:
        processor, wall = _children(), time.perf_counter()
        psyco("run", "-C", project, "--until", "train")
        kept = {"of": of, "wall": time.perf_counter() - wall, "processor": _children() - processor}
        write_json(project / "seconds.json", kept)
    return kept["wall"], kept["processor"]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _newest(project: Path, stage: str) -> Path:
    return max((p for p in project.glob(f"runs/*/{stage}") if p.is_dir()), key=_age)


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _prepared(project: Path) -> Prepared:
    return open_prepared(_newest(project, "prepare"), 57)


def _rows_per_note(data: Prepared) -> float:
    train = data.split("train")
    return float(data.music[train].sum() / data.notes[train].sum())


def _rows_seen(data: Prepared, training: Training) -> int:
    order = training_order(data, [], training)
    windows = (window for number in range(training.steps) for window in order.windows(number))
    return sum(window.stop - window.scored for window in windows)


def _loaded(project: Path) -> Parts:
    """Return a trained project's parts with tokenizer and model loaded; NumPy decodes, whatever else is installed."""
    sets = ("model.engine=numpy",)
    parts = Parts(load_project(project, discover(None, ()), preset=None, sets=sets).project, project)
    folder = _newest(project, "train")
    parts.tokenizer.load(folder / "tokenizer")
    parts.model.load(folder)
    return parts


def parameters(parts: Parts) -> int:
    """Return how many numbers the model has."""
    return sum(int(np.prod(parameter.shape)) for parameter in parts.model.model().parameters())
