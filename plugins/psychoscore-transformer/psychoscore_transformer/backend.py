"""The model backend `transformer`: trains, evaluates, loads, and decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from attrs import asdict, evolve

from psychoscore_core.errors import CheckpointError, DataError
from psychoscore_core.records import Checkpoint, ConditionSpace, Stream, Training, Vocabulary
from psychoscore_core.report import Report
from psychoscore_core.stages.train import Term
from psychoscore_training.data import Prepared, open_prepared
from psychoscore_training.devices import join_world, torch_device
from psychoscore_training.evaluate import evaluate_split
from psychoscore_training.loop import fit
from psychoscore_transformer import decoding
from psychoscore_transformer.checkpoint import Loaded, read_checkpoint, write_checkpoint
from psychoscore_transformer.decoding import State
from psychoscore_transformer.model import Model
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.sizes import Sizes


class TransformerBackend:
    """Satisfies `TrainableBackend` and `Decoder`; decoding needs load() or train() first."""

    def __init__(self, config: TransformerConfig, vocabulary: Vocabulary, space: ConditionSpace) -> None:
        self.config, self.vocabulary, self.space = config, vocabulary, space
        self.context = config.max_context
        self._loaded: Loaded | None = None

    def hidden_size(self) -> int:
        """Return the width of the hidden states."""
        return self._loaded.model.sizes.width if self._loaded else self.config.shape().width

    def train(
        self, data: Path, terms: Mapping[str, Term], training: Training, folder: Path, report: Report
    ) -> Checkpoint:
        """Train, or go on with the training that the folder holds; with `checkpoint` set, load that instead."""
        if self.config.checkpoint is not None:
            return self._ready().record
        prepared = open_prepared(data)
        self._check(prepared)
        torch.manual_seed(training.seed)
        model = Model(self.sizes(prepared.families))
        count = sum(parameter.numel() for parameter in model.parameters())
        report.remark(f"train: a transformer of {count / 1e6:.2f} million parameters")
        digests = {"vocabulary": self.vocabulary.digest, "space": self.space.digest}

        def write(place: Path, step: int, metrics: Mapping[str, float]) -> None:
            write_checkpoint(place, model, training.context, digests, step, metrics)

        fit(model, terms, prepared, training, folder, report, write)
        self.load(folder)
        join_world(training.device).wait()  # the first process may move the folder only when all have read it
        return self._ready().record

    def evaluate(self, data: Path, split: str) -> Mapping[str, float]:
        """Return metrics of the loaded checkpoint on a whole split (psychoscore_training.evaluate)."""
        loaded, prepared = self._ready(), open_prepared(data)
        self._check(prepared)
        return evaluate_split(loaded.model, prepared, split, loaded.context, loaded.model.norm.weight.device)

    def load(self, folder: Path) -> None:
        """Load a checkpoint; raises CheckpointError, naming both digests, when it does not fit."""
        loaded = read_checkpoint(folder, self.vocabulary.digest, self.space.digest)
        sizes, wanted = loaded.model.sizes, tuple(family.size for family in self.vocabulary.families)
        if (sizes.families, sizes.vector, sizes.bar) != (wanted, len(self.space.vector), len(self.space.bar)):
            raise CheckpointError(f"{folder / 'model.json'}: its sizes do not fit its own vocabulary and space")
        self._loaded = evolve(loaded, model=loaded.model.to(torch_device(self.config.device)))

    @torch.inference_mode()
    def start(self, streams: Sequence[Stream]) -> State:
        """Read prompts but for their last row; raises ValueError when one does not fit into the context."""
        return decoding.start(self._ready().model, streams, self.context)

    @torch.inference_mode()
    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[np.ndarray]:
        """Read one row (batch, families) in bars (batch,); return logits (batch, family size) per family."""
        model = self._ready().model
        hidden = decoding.read(model, state, rows[:, None], bars[:, None])
        return [logits.cpu().numpy() for logits in model.logits(hidden[:, 0])]

    @torch.inference_mode()
    def extend(self, state: State, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        decoding.read(self._ready().model, state, rows, bars)

    @torch.inference_mode()
    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only."""
        return decoding.keep(state, indices)

    def sizes(self, families: tuple[int, ...]) -> Sizes:
        """Return the sizes of the model that the config asks for with these token families."""
        return Sizes(
            families=families,
            vector=len(self.space.vector),
            bar=len(self.space.bar),
            style_tokens=self.config.style_tokens,
            dropout=self.config.dropout,
            **asdict(self.config.shape()),
        )

    def _ready(self) -> Loaded:
        if self._loaded is None and self.config.checkpoint is not None:
            self.load(self.config.checkpoint)
        if self._loaded is None:
            raise CheckpointError("transformer: no checkpoint is loaded; train one or set model.checkpoint")
        return self._loaded

    def _check(self, data: Prepared) -> None:
        for what, found, wanted in (
            ("vocabulary", data.vocabulary, self.vocabulary.digest),
            ("condition space", data.space, self.space.digest),
        ):
            if found != wanted:
                raise DataError(f"{data.folder}: prepared with the {what} {found}, but this project has {wanted}")
        shapes = (data.vectors.shape[1], data.bar_conditions.shape[1])
        if shapes != (len(self.space.vector), len(self.space.bar)):
            raise DataError(f"{data.folder}: conditions of {shapes[0]} and {shapes[1]} numbers do not fit the space")
