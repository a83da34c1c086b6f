"""The backend `pianist`: the transformer's decoder on weights that are there without training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from psychoscore_core.errors import CheckpointError
from psychoscore_core.model_files import find_model
from psychoscore_core.records import ConditionSpace, Stream, Vocabulary
from psychoscore_pianist.plugin import PIANIST, PianistConfig
from psychoscore_transformer.backend import TransformerBackend
from psychoscore_transformer.plugin import TransformerConfig

T = TypeVar("T")


class Pianist:
    """Satisfies `Decoder`, and can be evaluated on prepared data; loads itself when first asked to play."""

    def __init__(
        self, config: PianistConfig, vocabulary: Vocabulary, space: ConditionSpace, weights: Path | None = None
    ) -> None:
        """weights: the folder; None = looked for with the working folder as the project's."""
        options = TransformerConfig(
            checkpoint=weights or find_model(PIANIST, Path(), config.weights).folder,
            max_context=config.max_context,
            engine=config.engine,
            precision=config.precision,
            device="cpu",
        )
        self._backend = TransformerBackend(options, vocabulary, space, warmth=config.warmth)
        self.context = config.max_context

    def start(self, streams: Sequence[Stream]) -> Any:
        """Read prompts but for their last row; raises CheckpointError on a tokenizer or encoder unknown to it."""
        return _fitting(lambda: self._backend.start(streams))

    def evaluate(self, data: Path, split: str) -> Mapping[str, float]:
        """Return metrics on a split of prepared data, as the transformer's; `warmth` plays no part. Wants torch."""
        return _fitting(lambda: self._backend.evaluate(data, split))

    def step(self, state: Any, rows: np.ndarray, bars: np.ndarray) -> Sequence[Any]:
        """Read one row (batch, 5) in bars (batch,); return logits of family time, and callables for the others."""
        return self._backend.step(state, rows, bars)

    def extend(self, state: Any, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, 5) in bars (batch, time) at once."""
        self._backend.extend(state, rows, bars)

    def keep(self, state: Any, indices: Sequence[int]) -> Any:
        """Return the state with these streams only."""
        return self._backend.keep(state, indices)


def _fitting(work: Callable[[], T]) -> T:
    """Do what loads the weights; raises CheckpointError, naming what they were trained with, where these do not fit."""
    try:
        return work()
    except CheckpointError as error:
        raise CheckpointError(
            "model pianist: it was trained with the tokenizer 'notes' and the encoder 'psychometric' as they are "
            f"by default; with others, train a model of your own ({error})"
        ) from None
