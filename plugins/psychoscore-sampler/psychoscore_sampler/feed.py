"""Feeds a decoder with the rows of a batch of streams: the guidance streams, dropping, sliding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from psychoscore_core.errors import RunError
from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Choice, Decoder, DrawRule
from psychoscore_sampler.draw import chosen

NOTHING = -1  # the id of a stream that draws none
PROMPT = -1  # the bar of a prompt's rows, as in `records.Encoded`


class Feed:
    """A decoder's state for a batch of streams.

    With guidance each stream has a ghost, without condition and with a bare prompt (its first and last row), and with
    guidance by the plan a second one that knows the profile only; all read the same drawn rows, and the ghosts' logits
    stand behind the streams'.

    A full context slides: the state starts anew from the prompts and reads the last drawn rows again, half as many
    as the context holds beside the longest prompt.
    """

    def __init__(self, decoder: Decoder, streams: Sequence[Stream], rules: Sequence[DrawRule]) -> None:
        """rules: of each family; all have the same ghosts."""
        self._decoder, self._streams, self.rules = decoder, list(streams), rules
        self._ghosts = rules[0].ghosts
        longest = max(stream.rows.shape[0] for stream in streams)
        self._room = decoder.context - longest if decoder.context else 0
        if decoder.context and self._room < 2:
            raise RunError(
                f"sample: a prompt of {longest} rows leaves no room in the model's context of {decoder.context} rows"
            )
        self._read = 0  # drawn rows that the state holds
        self._history: list[tuple[np.ndarray, np.ndarray]] = []  # drawn rows (batch, families) and bars (batch,)
        self._start()

    def draw(self, family: int, rows: np.ndarray, choices: Sequence[Choice | None], rule: DrawRule) -> Sequence[int]:
        """Return an id of a family for each stream, given rows (batch, families) whose ids before it are drawn.

        The decoder draws where it can; for a choice of None the id means nothing.
        """
        own: Callable[..., Sequence[int]] | None = getattr(self._logits, "draw", None)
        if own is not None:
            return own(family, rows, choices, rule)
        table = self._table(family, rows[:, :family])
        with np.errstate(over="ignore", invalid="ignore"):  # models may give any number; chosen() sorts them out
            return [
                NOTHING if choice is None else self._chosen(family, choice, table[slot :: len(choices)], rule)
                for slot, choice in enumerate(choices)
            ]

    def _chosen(self, family: int, choice: Choice, logits: np.ndarray, rule: DrawRule) -> int:
        size, known = logits.shape[1], choice.allowed.size
        if size != known:
            raise ValueError(f"family {family}: the decoder gave {size} logits, the grammar knows {known}")
        return chosen(choice, logits, rule)

    def _table(self, family: int, partial: np.ndarray) -> np.ndarray:
        logits = self._logits[family]
        table = np.asarray(logits(self._repeated(partial)) if callable(logits) else logits)
        expected = len(self._streams) * (1 + self._ghosts)
        if table.ndim != 2 or len(table) != expected:
            raise ValueError(f"family {family}: the decoder gave logits {table.shape} for {expected} streams")
        return table

    def push(self, rows: np.ndarray, bars: np.ndarray) -> None:
        """Read one row drawn for each stream (batch, families), and the bars that they lie in (batch,)."""
        self._history.append((rows, bars))
        if self._room and self._read == self._room:
            self._slide()
        else:
            self._step(rows, bars)

    def keep(self, slots: Sequence[int]) -> bool:
        """Go on with these streams of the batch only, if the decoder can; return whether it could."""
        keep = getattr(self._decoder, "keep", None)
        if keep is None:
            return False
        count = len(self._streams)
        self._state = keep(self._state, [slot + count * k for k in range(1 + self._ghosts) for slot in slots])
        self._streams = [self._streams[slot] for slot in slots]
        self._history = [(rows[slots], bars[slots]) for rows, bars in self._history]
        return True

    def _start(self) -> None:
        ghosts = [make(stream) for make in (_ghost, _without_plan)[: self._ghosts] for stream in self._streams]
        self._state = self._decoder.start([*self._streams, *ghosts])
        self._step(np.stack([s.rows[-1] for s in self._streams]), np.full(len(self._streams), PROMPT, np.int32))
        self._read = 0

    def _step(self, rows: np.ndarray, bars: np.ndarray) -> None:
        self._logits: Any = self._decoder.step(self._state, self._repeated(rows), self._repeated(bars))
        self._read += 1
        if not self._room:
            self._history.clear()

    def _slide(self) -> None:
        self._history = self._history[-(self._room // 2) :]
        self._start()
        extend: Callable[..., None] | None = getattr(self._decoder, "extend", None)
        again = self._history[:-1]
        if extend is not None and again:
            rows, bars = (np.stack(arrays, axis=1) for arrays in zip(*again, strict=True))
            extend(self._state, self._repeated(rows), self._repeated(bars))
            self._read += len(again)
        else:
            for rows, bars in again:
                self._step(rows, bars)
        self._step(*self._history[-1])

    def _repeated(self, array: np.ndarray) -> np.ndarray:
        return np.concatenate([array] * (1 + self._ghosts)) if self._ghosts else array


def _ghost(stream: Stream) -> Stream:
    rows = stream.rows if len(stream.rows) < 2 else stream.rows[[0, -1]]
    return Stream(rows=rows, vector=None, bars=None)


def _without_plan(stream: Stream) -> Stream:
    return Stream(rows=stream.rows, vector=stream.vector, bars=None)
