"""The model backend `transformer`: trains, evaluates, loads, and decodes.

Torch is imported where something is trained or evaluated, or decoded by the torch engine, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import asdict

from psychoscore_core.errors import CheckpointError
from psychoscore_core.records import Checkpoint, ConditionSpace, Stream, Training, Vocabulary
from psychoscore_core.report import Report
from psychoscore_core.stages.train import Term
from psychoscore_training.data import Prepared, open_fitting
from psychoscore_training.known import Unlearnt, known_of
from psychoscore_transformer.checkpoint import Loaded, played, read_checkpoint, write_checkpoint
from psychoscore_transformer.engines import engine_of
from psychoscore_transformer.plugin import TransformerConfig
from psychoscore_transformer.sizes import Sizes
from psychoscore_transformer.start import Start, read_start

if TYPE_CHECKING:
    from psychoscore_transformer.model import Model


class TransformerBackend:
    """Satisfies `TrainableBackend` and `Decoder`; decoding needs load() or train() first."""

    def __init__(
        self, config: TransformerConfig, vocabulary: Vocabulary, space: ConditionSpace, *, warmth: float = 1.0
    ) -> None:
        """warmth: what logits are divided by."""
        self.config, self.vocabulary, self.space, self._warmth = config, vocabulary, space, warmth
        self.context = config.max_context
        self._loaded: Loaded | None = None
        self._model: Model | None = None
        self._engine: Any = None  # what decodes, once it is asked to
        self._unlearned: Unlearnt | None = None

    def hidden_size(self) -> int:
        """Return the width of the hidden states."""
        return self._loaded.sizes.width if self._loaded else self.config.shape().width

    def train(
        self, data: Path, terms: Mapping[str, Term], training: Training, folder: Path, report: Report
    ) -> Checkpoint:
        """Train, or go on with the training that the folder holds; with `checkpoint` set, load that instead."""
        if self.config.checkpoint is not None:
            return self._ready().record
        from psychoscore_training.devices import join_world
        from psychoscore_training.loop import fit

        prepared = self._open(data)
        sizes, known = self.sizes(prepared.families), known_of(prepared)
        start = self._start(sizes, report)
        known = start.known(known) if start else known
        model = self._new_model(sizes, training.seed, start, report)
        digests = {"vocabulary": self.vocabulary.digest, "space": self.space.digest}
        origin = start.record() if start else None

        def write(place: Path, step: int, metrics: Mapping[str, float]) -> None:
            write_checkpoint(place, model, training.context, digests, step, metrics, known, origin)

        fit(model, terms, prepared, training, folder, report, write)
        self.load(folder)
        join_world(training.device).wait()  # the first process may move the folder only when all have read it
        return self._ready().record

    def evaluate(self, data: Path, split: str) -> Mapping[str, float]:
        """Return metrics of the loaded checkpoint on a whole split (psychoscore_training.evaluate).

        As in start(), prefix rows and profiles that training never showed are left out.
        """
        from psychoscore_training.evaluate import evaluate_split

        loaded, model = self._ready(), self.model()
        prepared = loaded.known.shown_data(self._open(data))
        names = [family.name for family in self.vocabulary.families]
        return evaluate_split(model, prepared, split, loaded.context, model.norm.weight.device, names)

    def load(self, folder: Path) -> None:
        """Load a checkpoint; raises CheckpointError, naming both digests, when it does not fit."""
        loaded = played(read_checkpoint(folder, self.vocabulary.digest, self.space.digest))
        sizes, wanted = loaded.sizes, tuple(family.size for family in self.vocabulary.families)
        if (sizes.families, sizes.vector, sizes.bar) != (wanted, len(self.space.vector), len(self.space.bar)):
            raise CheckpointError(f"{folder / 'model.json'}: its sizes do not fit its own vocabulary and space")
        self._loaded, self._model, self._engine, self._unlearned = loaded, None, None, None

    def model(self) -> Model:
        """Return the loaded checkpoint as a torch module in evaluation mode, on the config's device."""
        from psychoscore_transformer.torch_engine import build

        loaded = self._ready()
        if self._model is None:
            self._model = build(loaded.sizes, loaded.weights, self.config.device)
        return self._model

    def start(self, streams: Sequence[Stream]) -> Any:
        """Read prompts but for their last row; raises ValueError when one does not fit into the context.

        Prefix rows and profiles that training never showed are left out.
        """
        known = self._ready().known
        return self._decoder().start([known.shown(stream) for stream in streams], self.context)

    def step(self, state: Any, rows: np.ndarray, bars: np.ndarray) -> Sequence[Any]:
        """Read one row (batch, families) in bars (batch,); return logits (batch, family size) of the first family.

        For each further family there is a callable that takes the ids drawn so far (batch, k). Ids that training
        never showed have -inf. Where the engine draws, this is a `DrawingStep`.
        """
        return self._unlearnt().taken(self._decoder().step(state, rows, bars), self._warmth)

    def extend(self, state: Any, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        self._decoder().extend(state, rows, bars)

    def keep(self, state: Any, indices: Sequence[int]) -> Any:
        """Return the state with these streams only."""
        return self._decoder().keep(state, indices)

    def sizes(self, families: tuple[int, ...]) -> Sizes:
        """Return the sizes of the model that the config asks for with these token families."""
        return Sizes(
            families=families,
            vector=len(self.space.vector),
            bar=len(self.space.bar),
            dropout=self.config.dropout,
            **asdict(self.config.shape()),
        )

    def _start(self, sizes: Sizes, report: Report) -> Start | None:
        folder = self.config.start
        if folder is None:
            return None
        start = read_start(folder, self.vocabulary.digest, self.space.digest, sizes)
        report.remark(f"train: begins with the weights of {self.config.start_from}, digest {start.digest}")
        return start

    def _new_model(self, sizes: Sizes, seed: int, start: Start | None, report: Report) -> Model:
        """Return a model to train, its weights drawn by the seed, or those of the start."""
        import torch

        from psychoscore_transformer.model import Model

        torch.manual_seed(seed)
        model = Model(sizes)
        if start:
            model.load_state_dict({name: torch.from_numpy(array) for name, array in start.weights.items()})
        count = sum(parameter.numel() for parameter in model.parameters())
        report.remark(f"train: a transformer of {count / 1e6:.2f} million parameters")
        return model

    def _unlearnt(self) -> Unlearnt:
        loaded = self._ready()
        if self._unlearned is None:
            self._unlearned = Unlearnt.of(loaded.known, loaded.sizes.families)
        return self._unlearned

    def _decoder(self) -> Any:
        if self._engine is None:
            self._engine = engine_of(self.config, self._ready(), self.model)
        return self._engine

    def _ready(self) -> Loaded:
        if self._loaded is None and self.config.checkpoint is not None:
            self.load(self.config.checkpoint)
        if self._loaded is None:
            raise CheckpointError("transformer: no checkpoint is loaded; train one or set model.checkpoint")
        return self._loaded

    def _open(self, folder: Path) -> Prepared:
        """Open prepared data; raises DataError where it does not fit this project."""
        shape = (len(self.space.vector), len(self.space.bar))
        return open_fitting(folder, self.vocabulary.digest, self.space.digest, shape)
