"""The learning line of a run: dataset, tokens, training, evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

from psychoscore_core.errors import CheckpointError, RunError
from psychoscore_core.fitting import mismatch
from psychoscore_core.records import Checkpoint
from psychoscore_core.report import Report
from psychoscore_core.run.parts import Parts
from psychoscore_core.run.steps import Step
from psychoscore_core.stages.prepare import prepare
from psychoscore_core.stages.prepared_data import PreparedData, facts_of
from psychoscore_core.stages.preparer import Recipe
from psychoscore_core.stages.tokenize import make_tokenizer
from psychoscore_core.whole_files import read_json, sha256_of, write_json

TOKENIZER = "tokenizer"  # the folder in a checkpoint that holds the tokenizer it was trained with


class Learning:
    """Makes the learning steps of a run; `results` gives the values of the steps before."""

    def __init__(self, parts: Parts, results: Mapping[str, Any]) -> None:
        self.parts, self.results = parts, results

    def steps(self) -> tuple[Step, ...]:
        """Return the steps that this project needs, which may be none."""
        parts = self.parts
        if parts.trainable and not parts.checkpoint and not parts.project.datasets:
            raise RunError(
                f"model.use: {parts.project.model.use} must be trained: name datasets to train on, set "
                'model.checkpoint to a trained one, or take "model": {"use": "rules"}, which needs neither'
            )
        steps: list[Step] = []
        if parts.project.datasets:
            steps += [self._tokenizer(), self._prepare()]
        if parts.project.datasets and parts.trainable and not parts.checkpoint:
            steps.append(self._train())
        if parts.project.datasets and parts.trainable:
            steps.append(self._evaluate())
        return tuple(steps)

    def checkpoint_facts(self) -> dict[str, Any]:
        """Return what decides the content of a checkpoint that the config names."""
        folder = self.parts.checkpoint
        record = read_json(folder / "checkpoint.json") if folder else None
        if folder and not isinstance(record, dict):
            raise CheckpointError(f"model: {folder}: no checkpoint.json there; name a checkpoint's folder")
        sizes = {p.name: [p.stat().st_size, p.stat().st_mtime_ns] for p in sorted(folder.iterdir())} if folder else {}
        return {"checkpoint": record, "files": sizes}

    def load_model(self) -> Checkpoint | None:
        """Load the model from the run's training or from the checkpoint that the config names.

        A backend that cannot be trained and names none comes with what it needs: None.
        """
        parts = self.parts
        if not parts.trainable and not parts.checkpoint:
            return None
        folder = parts.checkpoint or self.results["train"].folder
        parts.tokenizer.load(folder / TOKENIZER)
        parts.model.load(folder)
        return checkpoint_of(folder)

    def checkpoint(self) -> Checkpoint | None:
        """Return the trained model that this project plays, with what it speaks; None where it plays none."""
        parts = self.parts
        if parts.composes:
            return None
        shipped = parts.weights.folder if parts.weights else None
        trained = None if parts.checkpoint or shipped else self.results.get("train")
        folder = parts.checkpoint or shipped or (trained.folder if trained else None)
        return self.spoken(folder) if folder else None

    def spoken(self, folder: Path, *, alone: bool = False) -> Checkpoint:
        """Return a checkpoint with what it speaks; alone: without the project's model, which it need not be of.

        Raises CheckpointError, naming both digests, where the project's tokenizer or encoder is another.
        """
        found = checkpoint_of(folder)
        self.parts.tokenizer.load(folder / TOKENIZER)
        spoken = self.parts.interface(alone=alone)
        if text := mismatch((found.vocabulary, found.space), (spoken.vocabulary.digest, spoken.space.digest)):
            raise CheckpointError(f"{folder}: trained with {text}")
        return evolve(found, interface=spoken)

    @cached_property
    def _content(self) -> dict[str, str]:
        """What every dataset holds; read once, because it may be a whole corpus."""
        return {name: dataset.digest() for name, dataset in self.parts.datasets.items()}

    def _keys(self) -> dict[str, Any]:
        return {name: dataset.keys() for name, dataset in self.parts.datasets.items()}

    def _tokenizer(self) -> Step:
        parts = self.parts

        def run(folder: Path, report: Report) -> Path:
            if parts.checkpoint:
                parts.tokenizer.load(parts.checkpoint / TOKENIZER)
                parts.tokenizer.save(folder)
            else:
                make_tokenizer(parts.tokenizer, parts.datasets, self._keys(), folder, report)
            return folder

        def load(folder: Path) -> Path:
            parts.tokenizer.load(folder)
            return folder

        facts = {"tokenizer": parts.identity("tokenizer"), "encoder": parts.identity("encoder")}
        facts |= self.checkpoint_facts() if parts.checkpoint else {}
        # what is learned depends on the music, what is not learned does not
        facts |= {"content": self._content} if parts.tokenizer.needs_training() else {}
        return Step(name="tokenizer", run=run, load=load, facts=facts)

    def _prepare(self) -> Step:
        parts = self.parts
        project = parts.project

        def run(folder: Path, report: Report) -> PreparedData:
            tokenizer = self.results["tokenizer"]
            for name, dataset in parts.datasets.items():
                for remark in getattr(dataset, "remarks", ()):
                    report.remark(f"datasets.{name}: {remark}")
            recipe = Recipe(
                encoder=(project.encoder.component, project.encoder.options),
                tokenizer=(project.tokenizer.component, project.tokenizer.options),
                tokenizer_folder=tokenizer,
                datasets={name: (slot.component, slot.options) for name, slot in project.datasets.items()},
            )
            return prepare(
                recipe, self._keys(), facts_of(parts.tokenizer.vocabulary, parts.encoder.space), folder, report
            )

        facts = {"datasets": parts.identity("datasets"), "content": self._content}
        return Step(name="prepare", run=run, load=PreparedData.read, facts=facts, needs=("tokenizer",))

    def _train(self) -> Step:
        parts = self.parts

        def along(folder: Path, report: Report) -> Checkpoint:
            data = self.results["prepare"].folder
            assert self.results["tokenizer"]  # the vocabulary that the model is built for
            checkpoint: Checkpoint = parts.model.train(data, parts.terms(), parts.project.training, folder, report)
            return checkpoint

        def run(folder: Path, report: Report) -> Checkpoint:
            checkpoint = along(folder, report)
            (folder / TOKENIZER).mkdir(exist_ok=True)
            parts.tokenizer.save(folder / TOKENIZER)
            return checkpoint

        facts = {
            "model": parts.identity("model"),
            "losses": parts.identity("losses"),
            "training": asdict(parts.project.training),
            **({"start": _content_of(parts.start)} if parts.start else {}),
        }
        needs = ("tokenizer", "prepare")
        return Step(name="train", run=run, load=checkpoint_of, facts=facts, needs=needs, along=along)

    def _evaluate(self) -> Step:
        def run(folder: Path, report: Report) -> dict[str, float]:
            data = self.results["prepare"].folder
            self.load_model()
            metrics = dict(self.parts.model.evaluate(data, "validation"))
            write_json(folder / "metrics.json", metrics)
            report.remark("validation: " + ", ".join(f"{k} {v:.4g}" for k, v in metrics.items()))
            return metrics

        def load(folder: Path) -> dict[str, float]:
            return dict(read_json(folder / "metrics.json") or {})

        facts = {"model": self.parts.identity("model"), **self.checkpoint_facts()}
        return Step(name="evaluate", run=run, load=load, facts=facts, needs=("tokenizer", "prepare", "train"))


def _content_of(start: Path) -> dict[str, str]:
    """Return digests of the files of the checkpoint, or of the bare model, that training begins with."""
    if not any((start / name).is_file() for name in ("checkpoint.json", "config.json")):
        raise CheckpointError(f"model: {start}: no checkpoint.json or config.json there; name a checkpoint's folder")
    paths = [path for path in sorted(start.iterdir()) if path.suffix in (".json", ".safetensors")]
    return {path.name: sha256_of(path)[:16] for path in paths}


def checkpoint_of(folder: Path) -> Checkpoint:
    """Return the record of a checkpoint folder, wherever it has been moved since it was written."""
    record = read_json(folder / "checkpoint.json")
    if not isinstance(record, dict):
        raise CheckpointError(f"{folder}: no readable checkpoint.json there")
    try:
        return Checkpoint(
            folder=folder,
            backend=str(record["backend"]),
            vocabulary=str(record["vocabulary"]),
            space=str(record["space"]),
            steps=int(record.get("steps", 0)),
            metrics=dict(record.get("metrics", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / 'checkpoint.json'}: not a checkpoint record: {error!r}") from None
