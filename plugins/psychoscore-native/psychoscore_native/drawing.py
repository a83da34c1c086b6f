"""A step's logits as the sampler meets them: asked for family by family, or drawn from where they are."""

from __future__ import annotations

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
    """What is drawn for a batch of streams, as the library reads it; filled anew for each family of each row."""

    def __init__(self, families: Sequence[int], count: int) -> None:
        self._families, widest = families, max(families)
        self._allowed, self._costs = np.zeros((count, widest), bool), np.zeros((count, widest))
        self._weights = np.zeros((count, widest))
        self._rows, self._ids = np.zeros((count, len(families)), np.int64), np.zeros(count, np.int32)
        self._rules: list[tuple[tuple[DrawRule, np.ndarray, float], library.Rule, np.ndarray] | None]
        self._rules = [None] * len(families)
        self.choices = (library.Choice * count)()
        self._slots = [_Slot(self.choices[n], self._allowed[n], self._weights[n], self._costs[n]) for n in range(count)]
        self.rows, self.ids = self._rows.ctypes.data, self._ids.ctypes.data

    def fill(self, family: int, rows: np.ndarray, choices: Sequence[Choice | None]) -> None:
        """Take what may be drawn from a family; raises ValueError where it is of another size."""
        if len(choices) != len(self._slots) or rows.shape != self._rows.shape:
            raise ValueError(f"native: {len(choices)} choices for rows {rows.shape}, not {self._rows.shape}")
        self._rows[:] = rows
        for slot, choice in zip(self._slots, choices, strict=True):
            slot.fill(family, self._families[family], choice)

    def drawn(self, choices: Sequence[Choice | None]) -> list[int]:
        """Return the ids; where the logits left none, one of those allowed, all equally likely."""
        ids: list[int] = self._ids.tolist()
        for slot, choice in enumerate(choices):
            if ids[slot] == library.IMPOSSIBLE and choice is not None:
                allowed = np.flatnonzero(choice.allowed)
                ids[slot] = int(allowed[choice.random.integers(allowed.size)])
        return ids

    def rule(self, family: int, given: tuple[DrawRule, np.ndarray, float]) -> library.Rule:
        """Return a rule, ids lost and divisor as the library reads them, the same object for the same ones."""
        known, (rule, lost, divisor) = self._rules[family], given
        if known is None or known[0][0] is not rule or known[0][1] is not lost or known[0][2] != divisor:
            ids = np.array(lost, np.int32)
            made = library.Rule(
                guidance=rule.guidance,
                plan_guidance=rule.plan_guidance,
                min_p=rule.min_p,
                top_p=rule.top_p,
                top_k=rule.top_k,
                lost=ids.ctypes.data,
                lost_count=len(ids),
                ghosts=rule.ghosts,
                divisor=divisor,
            )
            known = self._rules[family] = (given, made, ids)
        return known[1]


class _Slot:
    """One stream's choice: its own piece of each array, and where these lie."""

    def __init__(self, to: library.Choice, allowed: np.ndarray, weights: np.ndarray, costs: np.ndarray) -> None:
        self._to, self._allowed, self._weights, self._costs = to, allowed, weights, costs
        self._places = allowed.ctypes.data, weights.ctypes.data, costs.ctypes.data
        self._random: np.random.Generator | None = None

    def fill(self, family: int, size: int, choice: Choice | None) -> None:
        to = self._to
        if choice is None:
            to.allowed = None
            return
        if choice.allowed.shape != (size,):
            raise ValueError(
                f"family {family}: the decoder gave {size} logits, the grammar knows {choice.allowed.size}"
            )
        self._allowed[:size] = choice.allowed
        to.allowed, to.temperature = self._places[0], choice.temperature
        to.weights = to.costs = None
        if choice.weights is not None:
            self._weights[:size] = choice.weights
            to.weights = self._places[1]
        if choice.costs:
            self._write_costs(family, size, choice.costs)
            to.costs = self._places[2]
        if choice.random is not self._random:
            self._random = choice.random
            to.random = choice.random.bit_generator.ctypes.bit_generator.value

    def _write_costs(self, family: int, size: int, costs: Mapping[int, float]) -> None:
        self._costs[:size] = 0.0
        for token, cost in costs.items():
            if not 0 <= token < size:
                raise ValueError(f"family {family} has no id {token}: it has {size}")
            self._costs[token] = cost
