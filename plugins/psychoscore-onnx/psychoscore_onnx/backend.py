"""The backend `onnx`: plays a folder that the exporter `onnx` wrote, with ONNX Runtime and NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve

from psychoscore_core.errors import CheckpointError
from psychoscore_core.fitting import mismatch
from psychoscore_core.records import ConditionSpace, Stream, Vocabulary
from psychoscore_onnx.folder import Opened, open_folder
from psychoscore_onnx.plugin import OnnxConfig
from psychoscore_onnx.sessions import threads_or
from psychoscore_onnx.state import State


class OnnxBackend:
    """Satisfies `Decoder`; opens the folder that the config names when it is first asked to play."""

    def __init__(self, config: OnnxConfig, vocabulary: Vocabulary, space: ConditionSpace) -> None:
        self.config, self.vocabulary, self.space = config, vocabulary, space
        self.context = config.max_context
        self._opened: Opened | None = None

    def load(self, folder: Path) -> None:
        """Open an exported folder; raises CheckpointError, naming both, where it does not fit the project."""
        opened = open_folder(folder, threads_or(self.config.threads))
        manifest = opened.manifest
        if text := mismatch((manifest.vocabulary, manifest.space), (self.vocabulary.digest, self.space.digest)):
            raise CheckpointError(f"{folder}: exported with {text}")
        sizes, families = manifest.sizes, tuple(family.size for family in self.vocabulary.families)
        if (sizes.families, sizes.vector, sizes.bar) != (families, len(self.space.vector), len(self.space.bar)):
            raise CheckpointError(f"{folder / 'manifest.json'}: its sizes do not fit its own vocabulary and space")
        if self.context > sizes.context:
            raise CheckpointError(
                f"model.max_context: {self.context} rows, but {folder} was exported for {sizes.context}: lower it, or "
                "export with another exporters.onnx.max_context"
            )
        self._opened = opened

    def start(self, streams: Sequence[Stream]) -> State:
        """Read prompts but for their last row; raises ValueError when one does not fit into the context.

        Prefix rows and profiles that training never showed are left out.
        """
        opened = self._ready()
        return opened.engine.start([self._shown(stream, opened) for stream in streams], self.context)

    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[Any]:
        """Read one row (batch, families) in bars (batch,); return logits (batch, family size) of the first family.

        For each further family the list holds a callable that takes the ids drawn so far (batch, k). Ids that training
        never showed have -inf.
        """
        opened = self._ready()
        warmth = np.float32(self.config.warmth or opened.manifest.warmth)
        first, *others = opened.engine.step(state, rows, bars)
        return [first / warmth, *(_warmed(later, warmth) for later in others)]

    def extend(self, state: State, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        self._ready().engine.extend(state, rows, bars)

    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only."""
        return self._ready().engine.keep(state, indices)

    def _shown(self, stream: Stream, opened: Opened) -> Stream:
        """Return the stream as training would have shown it; the prompt's first and last row stay."""
        keep = ~np.isin(stream.rows[:, 0], list(opened.manifest.hidden))
        keep[[0, -1]] = True
        return evolve(stream, rows=stream.rows[keep])

    def _ready(self) -> Opened:
        if self._opened is None:
            if self.config.path is None:
                raise CheckpointError("model onnx: set model.path to a folder that `psyco export onnx` wrote")
            self.load(self.config.path)
        assert self._opened is not None
        return self._opened


def _warmed(later: Any, warmth: np.float32) -> Any:
    return lambda drawn: later(drawn) / warmth
