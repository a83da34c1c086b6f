"""The components of one run, each built when first needed, with the facts that it is owed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, fields

from psychoscore_core.building import build, factory_of
from psychoscore_core.config.config_class import plain
from psychoscore_core.config.model import Project, Slot
from psychoscore_core.errors import DataError
from psychoscore_core.model_files import Place, find_model
from psychoscore_core.records import Interface
from psychoscore_core.run.steps import identity
from psychoscore_core.stages.train import Term
from psychoscore_core.whole_files import sha256_of

if TYPE_CHECKING:
    from psychoscore_core.stages.encode import ProfileEncoder
    from psychoscore_core.stages.tokenize import Tokenizer


class Parts:
    """What a project's slots stand for; nothing is imported before it is asked for."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project, self.folder = project, folder

    @cached_property
    def encoder(self) -> ProfileEncoder:
        encoder: ProfileEncoder = self._built(self.project.encoder)
        return encoder

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, its learned vocabulary still to be loaded."""
        tokenizer: Tokenizer = self._built(self.project.tokenizer, prefix_tokens=self.encoder.prefix_tokens)
        return tokenizer

    @cached_property
    def datasets(self) -> dict[str, Any]:
        """All datasets, each checked; raises DataError, naming the entry of the config."""
        built = {name: self._built(slot) for name, slot in self.project.datasets.items()}
        for name, dataset in built.items():
            try:
                dataset.check()
            except DataError as error:
                raise DataError(f"datasets.{name}: {error}") from None
        return built

    @cached_property
    def model_class(self) -> Any:
        return factory_of(self.project.model.component)

    @property
    def trainable(self) -> bool:
        return hasattr(self.model_class, "train")

    @property
    def composes(self) -> bool:
        return hasattr(self.model_class, "compose")

    @cached_property
    def checkpoint(self) -> Path | None:
        """The folder of a ready checkpoint, where the model's options name one, or find one for what they name."""
        options = self.project.model.options
        found: Path | None = getattr(options, "ready", None) or getattr(options, "checkpoint", None)
        return found

    @cached_property
    def weights(self) -> Place | None:
        """Where the weights of a model that comes with its package lie: named, or found in the order of model_files."""
        options = self.project.model.options
        shipped = getattr(options, "shipped", None)
        return find_model(shipped, self.folder, getattr(options, "weights", None)) if shipped else None

    @property
    def start(self) -> Path | None:
        """The folder of the checkpoint that training begins with, where the model's options name one."""
        return getattr(self.project.model.options, "start", None)

    @cached_property
    def model(self) -> Any:
        """The backend; one that works on tokens is told the vocabulary and the condition space."""
        if self.composes:
            return self._built(self.project.model)
        facts = {"vocabulary": self.tokenizer.vocabulary, "space": self.encoder.space}
        facts |= {"weights": self.weights.folder} if self.weights else {}
        return self._built(self.project.model, **facts)

    def terms(self) -> dict[str, Term]:
        """Return the losses, each built for the model's hidden size and the encoder's vector."""
        facts = {"hidden_size": self.model.hidden_size(), "vector_size": len(self.encoder.space.vector)}
        return {
            name: Term(name=name, weight=float(getattr(slot.options, "weight", 1.0)), loss=self._built(slot, **facts))
            for name, slot in self.project.losses.items()
        }

    def slot(self, name: str) -> Any:
        """Return a freshly built component of a single slot (planner, temperature, sampler)."""
        return self._built(getattr(self.project, name))

    def table(self, name: str) -> dict[str, Any]:
        """Return the freshly built components of a table slot (arrangers, raters, exporters)."""
        return {key: self._built(slot) for key, slot in getattr(self.project, name).items()}

    def interface(self, *, alone: bool = False) -> Interface:
        """Return what the model speaks, the tokenizer being loaded; alone: without the project's model."""
        rows = self.tokenizer.prompt(()).tolist()
        return Interface(
            model={} if alone else self.identity("model"),
            tokenizer=self.identity("tokenizer"),
            encoder=self.identity("encoder"),
            vocabulary=self.tokenizer.vocabulary,
            space=self.encoder.space,
            prompt=tuple(tuple(row) for row in rows),
        )

    def identity(self, name: str) -> Any:
        """Return what decides the results of a slot or a table, for fingerprints."""
        value = getattr(self.project, name)
        if name == "datasets":
            return {key: _slot_identity(_without_paths(slot)) for key, slot in value.items()}
        if isinstance(value, Mapping):
            return {key: _slot_identity(slot) for key, slot in value.items()}
        if name == "model" and self.weights and self.weights.where != "package":
            return _slot_identity(value) | {"weights": _content_of(self.weights.folder)}
        return _slot_identity(value)

    def _built(self, slot: Slot, **facts: Any) -> Any:
        return build(slot.component, slot.options, **facts)


def _slot_identity(slot: Slot) -> dict[str, Any]:
    return identity(slot.component, plain(slot.options))


def _content_of(folder: Path) -> dict[str, str]:
    """Return digests of a checkpoint's files; the package's own are known by the version of the component."""
    return {path.name: sha256_of(path)[:16] for path in sorted(folder.iterdir()) if path.is_file()}


def _without_paths(slot: Slot) -> Slot:
    """Return the slot without its paths: what lies there is in the dataset's digest, wherever the project moves."""
    options: Any = slot.options
    return evolve(slot, options={f.name: v for f, v in _values(options) if not isinstance(v, Path)})


def _values(options: Any) -> list[tuple[Any, Any]]:
    return [(f, getattr(options, f.name)) for f in fields(type(options))]
