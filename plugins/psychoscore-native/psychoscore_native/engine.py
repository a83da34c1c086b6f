"""The native engine: decodes a checkpoint on CPU with the C library."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Sequence

import numpy as np

from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Choice, DrawRule
from psychoscore_native.drawing import Hand, Step
from psychoscore_native.library import ERROR_BYTES, library, threads
from psychoscore_native.pack import pack
from psychoscore_native.state import Conditions, NativeState, Work, style_block
from psychoscore_transformer.fused import Weights, fuse, turns
from psychoscore_transformer.prior import bar_table, styles
from psychoscore_transformer.sizes import Sizes

MOST_CAPACITY = 1 << 30  # the library counts rows in 32 bits
PIECE = 256  # rows read at once: bounds the memory of a prompt's pass


class Network:
    """A pack of weights that the library has opened; kernels: "" = the best of this machine."""

    def __init__(self, packed: np.ndarray, kernels: str = "") -> None:
        """Raise ValueError on bytes that are no pack, or not all of one."""
        self._packed = packed  # must outlive what reads it
        error = ctypes.create_string_buffer(ERROR_BYTES)
        self.handle = library().ps_open(packed.ctypes.data, packed.size, kernels.encode(), error)
        if not self.handle:
            raise ValueError(f"native: {error.value.decode()}")
        weakref.finalize(self, library().ps_close, self.handle)

    @property
    def kernels(self) -> str:
        """Return the name of the instruction set in use."""
        return str(library().ps_kernels(self.handle).decode())


class NativeEngine:
    """Satisfies `Decoder` but for `context`; weights: float32 by name (psychoscore_transformer.layout)."""

    def __init__(
        self, sizes: Sizes, weights: Weights, precision: str = "fp16", count: int | None = None, kernels: str = ""
    ) -> None:
        """precision: "fp32", "fp16" or "int8". count: of threads. Raises ImportError where there is no library."""
        self._library = library()
        fused = fuse(sizes, weights)
        self.sizes, self.threads = sizes, count or threads()
        self.network = Network(pack(sizes, fused, precision), kernels)
        self._prior = {name: array for name, array in weights.items() if name.startswith(("style.", "vector.", "bar."))}
        self._styles = fused.style_maps
        self._half: type = np.float32 if precision == "fp32" else np.float16
        self._turns = turns(0, sizes.head)

    def start(self, streams: Sequence[Stream], capacity: int) -> NativeState:
        """Return the state after all but the last row of every prompt; a vector or bars of None count as dropped."""
        if not 1 <= capacity <= MOST_CAPACITY:
            raise ValueError(f"native: a state of {capacity} rows is too large, or empty")
        if len(self._turns) < capacity:
            self._turns = turns(capacity, self.sizes.head)
        table, counts = bar_table(self.sizes, self._prior, streams)
        style = styles(self.sizes, self._prior, self._styles, streams)
        size = self._library.ps_cache(self.network.handle, capacity)
        state = NativeState(
            self.sizes,
            capacity,
            self._turns,
            [Conditions(size, table[i], counts[i], style_block(style, i, self._half)) for i in range(len(streams))],
        )
        prompts = [stream.rows[:-1] for stream in streams]
        rows, order = np.concatenate(prompts), np.repeat(state.order, [len(prompt) for prompt in prompts])
        self._read(state, rows, order, np.full(len(rows), -1))
        return state

    def extend(self, state: NativeState, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read many rows (batch, time, families) in bars (batch, time) at once."""
        batch, time = np.shape(bars)
        if np.shape(rows) != (batch, time, len(self.sizes.families)) or batch != len(state.streams):
            raise ValueError(f"rows {np.shape(rows)} in bars {(batch, time)} do not fit {len(state.streams)} streams")
        self._read(state, np.reshape(rows, (batch * time, -1)), np.repeat(state.order, time), np.ravel(bars))

    def step(self, state: NativeState, rows: np.ndarray, bars: np.ndarray) -> Step:
        """Read one row (batch, families) in bars (batch,); return what gives the next one's logits, or draws it."""
        work = state.work
        if work is None:
            count, families = len(state.streams), len(self.sizes.families)
            heads = np.zeros(self._library.ps_heads_work(self.network.handle, count, self.threads), np.uint8)
            work = state.work = Work(self._work(state, count), heads, count, families)
        work.take(rows, bars)
        self._call(state, (work.rows_at, state.order_at, work.bars_at), len(work.bars), work.layers, 1)
        state.rows += 1
        return Step(self, state)

    def keep(self, state: NativeState, indices: Sequence[int]) -> NativeState:
        """Return the state with these streams only."""
        state.keep(indices)
        return state

    def logits(self, state: NativeState, row: int, family: int, drawn: np.ndarray) -> np.ndarray:
        """Return the logits (batch, family size) of a family, given the ids (batch, family) of those before it.

        row: of `state.rows`, that these logits belong to; raises ValueError where it is no longer the last.
        """
        ids, count, work = np.ascontiguousarray(drawn, np.int64), len(state.streams), _work_of(state, row)
        if ids.shape != (count, family):
            raise ValueError(f"native: ids {ids.shape} are no {family} families of {count} streams")
        out = np.empty((count, self.sizes.families[family]), np.float32)
        code = self._library.ps_logits(
            self.network.handle,
            state.reference,
            family,
            ids.ctypes.data,
            out.ctypes.data,
            work.heads,
            self.threads,
        )
        _check(code, state)
        return out

    def draw(
        self,
        state: NativeState,
        row: int,
        family: int,
        rows: np.ndarray,
        choices: Sequence[Choice | None],
        given: tuple[DrawRule, np.ndarray, float],
    ) -> list[int]:
        """Return an id of a family for each stream (see drawing.Step); given: rule, ids lost, divisor."""
        work = _work_of(state, row)
        hand = state.hand
        if hand is None or hand.count != len(choices):
            hand = state.hand = Hand(self.sizes.families, len(choices), work.heads, self.threads)
        what = hand.fill(family, rows, choices, given)
        _check(self._library.ps_draw(self.network.handle, state.reference, what), state)
        return hand.drawn(choices)

    def _read(self, state: NativeState, rows: np.ndarray, order: np.ndarray, bars: np.ndarray) -> None:
        if len(rows):
            rows, bars = np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(bars, np.int64)
            places, work = (
                tuple(array.ctypes.data for array in (rows, order, bars)),
                self._work(state, min(len(rows), PIECE)),
            )
            self._call(state, places, len(rows), work.ctypes.data, 0)
            state.rows += 1

    def _work(self, state: NativeState, at_once: int) -> np.ndarray:
        size = self._library.ps_work(self.network.handle, at_once, self.threads, state.capacity)
        return np.zeros(size, np.uint8)

    def _call(self, state: NativeState, places: tuple[int, ...], count: int, work: int, hidden: int) -> None:
        """Read so many rows; places: of their ids, of the stream of each, of their bars."""
        at_once = count if hidden else min(count, PIECE)  # a step's work memory holds all of its rows
        code = self._library.ps_read(
            self.network.handle, state.reference, *places, count, work, at_once, self.threads, hidden
        )
        _check(code, state)


def _work_of(state: NativeState, row: int) -> Work:
    if row != state.rows or state.work is None:
        raise ValueError("native: logits of a row are asked for after the next one was read")
    return state.work


def _check(code: int, state: NativeState) -> None:
    if code:
        raise ValueError(state.error() if code == -1 else "native: the state is in use by another thread")
