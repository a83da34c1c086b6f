"""A step's logits as the sampler meets them: asked for family by family, or drawn from where they are."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.stages.sample import Choice, DrawRule
from psychoscore_native import library

if TYPE_CHECKING:
    from psychoscore_native.engine import NativeEngine
    from psychoscore_native.state import NativeState

Later = Callable[[np.ndarray], np.ndarray]
NOTHING = np.zeros(0, np.int64)


class Step(Sequence[Any]):
    """The logits of one row: those of family 0, and callables for the others; a `DrawingStep` as well."""

    def __init__(self, engine: NativeEngine, state: NativeState) -> None:
        self._engine, self._state, self._row = engine, state, state.rows

    def __len__(self) -> int:
        return len(self._engine.sizes.families)

    def __getitem__(self, family: Any) -> Any:
        if isinstance(family, slice):
            return [self[number] for number in range(*family.indices(len(self)))]
        if not 0 <= family < len(self):
            raise IndexError(family)
        later = self._later(family)
        return later if family else later(np.empty((len(self._state.streams), 0), np.int64))

    def draw(
        self,
        family: int,
        rows: np.ndarray,
        choices: Sequence[Choice | None],
        rule: DrawRule,
        lost: np.ndarray = NOTHING,
        divisor: float = 1.0,
    ) -> list[int]:
        """Return an id of a family for each stream, as `DrawingStep` says.

        lost: ids whose logits are -inf before all else; divisor: what the logits are divided by then.
        """
        return self._engine.draw(self._state, self._row, family, rows, choices, (rule, lost, divisor))

    def _later(self, family: int) -> Later:
        return lambda drawn: self._engine.logits(self._state, self._row, family, np.asarray(drawn)[:, :family])


class Hand:
    """What is drawn for a batch of streams, as the library reads it; kept from row to row, as much of it stays."""

    def __init__(self, families: Sequence[int], count: int, work: int, threads: int) -> None:
        """work: where the memory of the heads lies."""
        self._rows, self._ids = np.zeros((count, len(families)), np.int64), np.zeros(count, np.int32)
        shared = {"rows": self._rows.ctypes.data, "ids": self._ids.ctypes.data, "work": work, "threads": threads}
        self.count, self._impossible = count, library.IMPOSSIBLE
        self._families = [_Family(number, size, count, shared) for number, size in enumerate(families)]

    def fill(
        self, family: int, rows: np.ndarray, choices: Sequence[Choice | None], given: tuple[DrawRule, np.ndarray, float]
    ) -> Any:
        """Return what the library is to do; given: rule, ids lost, divisor. Raises ValueError on other sizes."""
        if len(choices) != self.count or rows.shape != self._rows.shape:
            raise ValueError(f"native: {len(choices)} choices for rows {rows.shape}, not {self._rows.shape}")
        self._rows[:] = rows
        return self._families[family].fill(choices, given)

    def drawn(self, choices: Sequence[Choice | None]) -> list[int]:
        """Return the ids; where the logits left none, one of those allowed, all equally likely."""
        ids: list[int] = self._ids.tolist()
        if self._impossible in ids:
            for slot, choice in enumerate(choices):
                if ids[slot] == self._impossible and choice is not None:
                    allowed = np.flatnonzero(choice.allowed)
                    ids[slot] = int(allowed[choice.random.integers(allowed.size)])
        return ids


class _Family:
    """The choices of one family, and the rule that they are drawn by."""

    def __init__(self, number: int, size: int, count: int, shared: Mapping[str, int]) -> None:
        choices = (library.Choice * count)()
        self._slots = [_Slot(number, size, choices[slot]) for slot in range(count)]
        self._draw = library.Draw(choices=choices, family=number, count=count, **shared)
        self._reference = ctypes.byref(self._draw)
        self._given: tuple[DrawRule, np.ndarray, float] | None = None

    def fill(self, choices: Sequence[Choice | None], given: tuple[DrawRule, np.ndarray, float]) -> Any:
        known = self._given
        if known is None or known[0] is not given[0] or known[1] is not given[1] or known[2] != given[2]:
            self._follow(*given)
            self._given = given
        for slot, choice in zip(self._slots, choices, strict=True):
            slot.fill(choice)
        return self._reference

    def _follow(self, rule: DrawRule, lost: np.ndarray, divisor: float) -> None:
        self._lost = np.array(lost, np.int32)  # must outlive what reads it
        self._draw.rule = library.Rule(
            guidance=rule.guidance,
            plan_guidance=rule.plan_guidance,
            min_p=rule.min_p,
            top_p=rule.top_p,
            top_k=rule.top_k,
            lost=self._lost.ctypes.data,
            lost_count=len(self._lost),
            ghosts=rule.ghosts,
            divisor=divisor,
        )


class _Slot:
    """One stream's choice of a family: its own arrays, and what of them is known already."""

    def __init__(self, family: int, size: int, to: library.Choice) -> None:
        self._family, self._size, self._to = family, size, to
        self._allowed, self._weights, self._costs = np.zeros(size, bool), np.zeros(size), np.zeros(size)
        places = (array.ctypes.data for array in (self._allowed, self._weights, self._costs))
        self._allowed_at, self._weights_at, self._costs_at = places
        self._mask: np.ndarray | None = None  # what was copied, as long as nobody can change it
        self._random: np.random.Generator | None = None
        self._weighed = self._costly = False

    def fill(self, choice: Choice | None) -> None:
        to = self._to
        if choice is None:
            to.allowed = self._mask = None
            return
        allowed, to.temperature, random, weights, costs = choice
        if allowed is not self._mask:
            self._allow(allowed)
        if weights is not None:
            if weights.shape != (self._size,):
                raise ValueError(f"family {self._family}: {weights.shape} weights for {self._size} ids")
            self._weights[:] = weights
        if self._weighed != (weights is not None):
            self._weighed = weights is not None
            to.weights = self._weights_at if self._weighed else None
        if costs or self._costly:
            self._charge(costs)
        if random is not self._random:
            self._random = random
            to.random = random.bit_generator.ctypes.bit_generator.value

    def _allow(self, allowed: np.ndarray) -> None:
        if allowed.shape != (self._size,):
            known = allowed.size
            raise ValueError(f"family {self._family}: the decoder gave {self._size} logits, the grammar knows {known}")
        self._allowed[:] = allowed
        self._to.allowed = self._allowed_at
        self._mask = None if allowed.flags.writeable else allowed

    def _charge(self, costs: Mapping[int, float]) -> None:
        self._costs[:] = 0.0
        for token, cost in costs.items():
            if not 0 <= token < self._size:
                raise ValueError(f"family {self._family} has no id {token}: it has {self._size}")
            self._costs[token] = cost
        self._costly = bool(costs)
        self._to.costs = self._costs_at if costs else None
