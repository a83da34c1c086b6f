"""Decodes an exported model: prompts and conditions become a state, and one row after another becomes logits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_onnx.graphs import style_names
from psychoscore_onnx.sessions import Bound
from psychoscore_onnx.sizes import Kind, Sizes
from psychoscore_onnx.state import State

PIECE = 256  # rows read at once: bounds the memory of a prompt's pass
MOST_BARS = 1 << 16
Later = Callable[[np.ndarray], np.ndarray]


class Engine:
    """Satisfies `Decoder` but for `context`; sessions: by the names of their files (graphs.py)."""

    def __init__(self, sizes: Sizes, kind: Kind, sessions: Mapping[str, Any]) -> None:
        self.sizes, self.kind, self._prior = sizes, kind, sessions["prior.onnx"]
        others = (f"family.{k}.onnx" for k in range(1, len(sizes.families)))
        self._sessions = [sessions["step.onnx"], *(sessions[name] for name in others)]

    def start(self, streams: Sequence[Stream], capacity: int) -> State:
        """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
        if not 1 <= capacity <= self.sizes.context:
            raise ValueError(f"onnx: a state of {capacity} rows: the model was exported for 1 to {self.sizes.context}")
        table, styles = self._conditions(streams)
        state = State(self.sizes, self.kind, capacity, table, [len(stream.bars or ()) for stream in streams], styles)
        for i, stream in enumerate(streams):
            self._read(state, i, stream.rows[:-1], np.full(len(stream.rows) - 1, -1))
        state.bind(self._sessions)
        return state

    def extend(self, state: State, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        if np.shape(rows) != (*np.shape(bars), len(self.sizes.families)) or len(rows) != len(state.lengths):
            raise ValueError(f"rows {np.shape(rows)} in bars {np.shape(bars)} do not fit {len(state.lengths)} streams")
        for i in range(len(rows)):
            self._read(state, i, rows[i], bars[i])
        state.forget()

    def step(self, state: State, rows: np.ndarray, bars: np.ndarray) -> list[np.ndarray | Later]:
        """Read one row (batch, families) in bars (batch,); return logits of family 0, and callables for the others.

        The array is written anew by the next step.
        """
        state.place(rows, bars)
        state.bound[0].run()
        state.advance()
        return [state.logits[0], *(self._later(state, k, state.row) for k in range(1, len(self.sizes.families)))]

    def keep(self, state: State, indices: Sequence[int]) -> State:
        """Return the state with these streams only."""
        kept = state.keep(indices)
        kept.bind(self._sessions)
        return kept

    def _conditions(self, streams: Sequence[Stream]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        sizes, batch, most = self.sizes, len(streams), max(len(stream.bars or ()) for stream in streams)
        if most > MOST_BARS:
            raise ValueError(f"onnx: {most} bars: at most {MOST_BARS} have conditions")
        vector = np.zeros((batch, sizes.vector), np.float32)
        bars = np.zeros((batch, most, sizes.bar), np.float32)
        for i, stream in enumerate(streams):
            if stream.vector is not None:
                vector[i] = stream.vector
            if stream.bars:
                bars[i, : len(stream.bars)] = stream.bars
        seen = np.array([stream.vector is not None for stream in streams])
        given = {"vector": vector, "seen": seen} | ({"bars": bars} if sizes.bar else {})
        table, *styles = self._prior.run(None, given)
        return table, dict(zip(style_names(sizes), styles, strict=True))

    def _read(self, state: State, stream: int, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read rows (time, families) of one stream in bars (time,)."""
        state.reserve(int(state.lengths[stream]) + len(rows))
        state.check(np.asarray(rows, np.int64).view(np.uint64))
        one = slice(stream, stream + 1)
        styles = {name: array[one] for name, array in state.styles.items()}
        gives = {"logits": np.empty((1, self.sizes.families[0]), np.float32)}
        gives["state"] = np.empty((1, self.sizes.width), np.float32)
        for first in range(0, len(rows), PIECE):
            part = np.ascontiguousarray(rows[None, first : first + PIECE], np.int64)
            added = state.entries(np.array([stream]), np.asarray(bars)[None, first : first + PIECE])
            total = int(state.lengths[stream]) + part.shape[1]
            given = {"rows": part, "added": np.ascontiguousarray(added), "total": np.array([total], np.int32)}
            given["lengths"] = np.array([total - 1], np.int32)
            Bound(self._sessions[0], given | styles | state.past(one), gives | state.present(one)).run()
            state.count(stream, total)

    def _later(self, state: State, family: int, row: int) -> Later:
        return lambda drawn: self._logits(state, family, drawn, row)

    def _logits(self, state: State, family: int, drawn: np.ndarray, row: int) -> np.ndarray:
        """Return logits (batch, size) of a family from the ids (batch, at least family) before it."""
        if row != state.row:
            raise ValueError("onnx: logits of a row are asked for after the next one was read")
        columns = np.transpose(drawn).tolist()[:family]
        if len(columns) < family or len(columns[0]) != len(state.lengths):
            raise ValueError(f"onnx: ids {np.shape(drawn)} are no {family} families of {len(state.lengths)} streams")
        if self.sizes.row_heads == "type-first":
            self._hear(state, 0, columns[0])
            state.bound[family].run()
            return state.logits[family]
        for k, ids in enumerate(columns, 1):
            if k > len(state.read) or ids != state.read[k - 1]:
                self._hear(state, k - 1, ids)
                state.read[k - 1 :] = [ids]
                state.bound[k].run()
        return state.logits[family]

    def _hear(self, state: State, family: int, ids: list[int]) -> None:
        """Write the ids of a family that others go on from; raises ValueError where one is beyond it."""
        if min(ids) < 0 or max(ids) >= self.sizes.families[family]:
            raise ValueError(f"onnx: an id of family {family} is beyond its {self.sizes.families[family]}")
        state.ids[family][:] = ids
