"""The model backends: they train, evaluate, load, and decode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attrs import frozen

from psychoscore_core.errors import CheckpointError, RunError
from psychoscore_core.records import Checkpoint, ConditionSpace, Stream, Training, Vocabulary
from psychoscore_core.report import Report
from psychoscore_core.stages.train import Term
from psychoscore_qlora.base_model import Base, open_base
from psychoscore_qlora.checkpoint import ADAPTER_KIND, WHOLE_KIND, Facts, base_of, read_facts, read_model, write_weights
from psychoscore_qlora.conditioner import Shape
from psychoscore_qlora.decoding import Decoding, State, decoding_of
from psychoscore_qlora.memory import size
from psychoscore_qlora.model import Conditioned
from psychoscore_qlora.trainee import Trainee, adapter_trainee, whole_trainee
from psychoscore_training.data import Prepared, open_fitting
from psychoscore_training.devices import join_world, torch_device
from psychoscore_training.evaluate import evaluate_split
from psychoscore_training.known import Unlearnt, known_of
from psychoscore_training.loop import fit
from psychoscore_training.records import check_digests, read_record, write_record


@frozen(kw_only=True, eq=False)
class Loaded:
    """A checkpoint in memory."""

    facts: Facts
    record: Checkpoint
    model: Conditioned
    architecture: str
    context: int  # rows that a generation may hold, 0 = any number


class Backend:
    """What both have in common; satisfies `TrainableBackend` and `Decoder`."""

    kind: tuple[str, int]  # backend and format

    def __init__(self, config: Any, vocabulary: Vocabulary, space: ConditionSpace) -> None:
        self.config, self.vocabulary, self.space = config, vocabulary, space
        self._loaded: Loaded | None = None
        self._decoding: Decoding | None = None
        self._unlearnt: Unlearnt | None = None
        if len(vocabulary.families) != 1:
            names = ", ".join(family.name for family in vocabulary.families)
            raise RunError(
                f"model.use: {self.kind[0]} reads one token at a time, but the tokenizer writes rows of {names}: "
                "take a flat one, such as midi-llm or remi"
            )

    @property
    def context(self) -> int:
        """Return how many rows a generation may hold, prompt included; 0 = any number, or no checkpoint is loaded."""
        return self._loaded.context if self._loaded else 0

    def train(
        self, data: Path, terms: Mapping[str, Term], training: Training, folder: Path, report: Report
    ) -> Checkpoint:
        """Train, or go on with the training that the folder holds; with `checkpoint` set, load that instead."""
        if self._given() is not None:
            return self._ready().record
        prepared, device = self._open(data), join_world(training.device).device
        trainee = self._trainee(training, device, report)
        facts = trainee.facts(training.context, known_of(prepared))
        digests = {"vocabulary": self.vocabulary.digest, "space": self.space.digest}

        def write(place: Path, step: int, metrics: Mapping[str, float]) -> None:
            write_weights(place, trainee.model, facts, trainee.peft)
            write_record(place, self.kind, digests, step, metrics)

        fit(trainee.model, terms, prepared, training, folder, report, write)
        report.remark(f"train: took {size(trainee.peak.bytes())} of memory at the most")
        self.load(folder)
        join_world(training.device).wait()  # the first process may move the folder only when all have read it
        return self._ready().record

    def evaluate(self, data: Path, split: str) -> Mapping[str, float]:
        """Return metrics of the loaded checkpoint on a whole split (psychoscore_training.evaluate).

        As in start(), prefix rows and profiles that training never showed are left out.
        """
        loaded = self._ready()
        prepared = loaded.facts.known.shown_data(self._open(data))
        device = torch_device(self.config.device)
        return evaluate_split(loaded.model.to(device), prepared, split, loaded.facts.context, device)

    def load(self, folder: Path) -> None:
        """Load a checkpoint; raises CheckpointError, naming both, where it does not fit the project or its base."""
        record = read_record(folder, self.kind)
        check_digests(record, self.vocabulary.digest, self.space.digest)
        facts = read_facts(folder)
        base = base_of(folder, facts, self.config.base) if facts.lora else open_base(folder)
        if facts.vocabulary != self.vocabulary.families[0].size or facts.shape.vector != len(self.space.vector):
            raise CheckpointError(f"{folder / 'model.json'}: its sizes do not fit its own vocabulary and space")
        model = read_model(folder, facts, base).to(torch_device(self.config.device))
        room = max(0, base.context - model.conditioner.rows)
        self._loaded = Loaded(facts=facts, record=record, model=model, architecture=base.architecture, context=room)
        self._decoding, self._unlearnt = None, None

    def model(self) -> Conditioned:
        """Return the loaded checkpoint as a torch module in evaluation mode, its adapters merged."""
        return self._ready().model

    def start(self, streams: Sequence[Stream]) -> State:
        """Read prompts but for their last row; prefix rows and profiles that training never showed are left out."""
        known = self._ready().facts.known
        return self._decoder().start([known.shown(stream) for stream in streams])

    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[Any]:
        """Read one row (batch, 1) in bars (batch,); return [logits (batch, vocabulary)], -inf where never trained."""
        if self._unlearnt is None:
            self._unlearnt = Unlearnt.of(self._ready().facts.known, (self.vocabulary.families[0].size,))
        return self._unlearnt.taken(self._decoder().step(state, rows, bars))

    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only."""
        return self._decoder().keep(state, indices)

    def shape(self, width: int) -> Shape:
        """Return the sizes of the conditioner that the config asks for."""
        return Shape(
            vector=len(self.space.vector),
            bar=len(self.space.bar) if self.config.bar_condition else 0,
            width=width,
            tokens=self.config.style_tokens,
            rows=self.config.style_rows,
        )

    def _trainee(self, training: Training, device: torch.device, report: Report) -> Trainee:
        raise NotImplementedError

    def _given(self) -> Path | None:
        """Return the folder of a ready checkpoint that the config names."""
        given: Path | None = getattr(self.config, "ready", self.config.checkpoint)
        return given

    def _decoder(self) -> Decoding:
        if self._decoding is None:
            loaded = self._ready()
            self._decoding = decoding_of(loaded.model, loaded.architecture, self.config.precision)
        return self._decoding

    def _ready(self) -> Loaded:
        if self._loaded is None and (given := self._given()) is not None:
            self.load(given)
        if self._loaded is None:
            raise CheckpointError(f"{self.kind[0]}: no checkpoint is loaded; train one or set model.checkpoint")
        return self._loaded

    def _open(self, folder: Path) -> Prepared:
        shape = (len(self.space.vector), len(self.space.bar))
        return open_fitting(folder, self.vocabulary.digest, self.space.digest, shape)


class RwkvBackend(Backend):
    """An RWKV-4 all of whose weights are trained."""

    kind = WHOLE_KIND

    def hidden_size(self) -> int:
        """Return the width of the hidden states."""
        if self._loaded:
            return self._loaded.facts.shape.width
        return open_base(self.config.base).width if self.config.base else int(self.config.width)

    def _trainee(self, training: Training, device: torch.device, report: Report) -> Trainee:
        return whole_trainee(self, training, device, report)


class QloraBackend(Backend):
    """Adapters on a frozen base."""

    kind = ADAPTER_KIND

    def hidden_size(self) -> int:
        """Return the width of the hidden states."""
        if self._loaded is None and self._given() is None:
            return self.base().width
        return self._ready().facts.shape.width

    def base(self) -> Base:
        """Return the base that training starts on; raises CheckpointError where the config names none."""
        if self.config.base is None:
            raise CheckpointError(
                "model.base: name the folder of a base: 'psyco models import FILE' makes one of a public RWKV-4 "
                "checkpoint; or set model.checkpoint or model.adapter to an adapter that is there"
            )
        return open_base(self.config.base)

    def _trainee(self, training: Training, device: torch.device, report: Report) -> Trainee:
        return adapter_trainee(self, training, device, report)
