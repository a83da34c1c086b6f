"""What a model has met in training: a prompt's other rows, and a profile where none was ever shown, are left out.

A prefix token that training never showed has a random embedding, and a profile vector random weights: to a model that
was trained on music without profiles they would be noise, not a condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen

from psychoscore_core.records import Stream
from psychoscore_training.data import Prepared


@frozen(kw_only=True)
class Known:
    """unseen: of each family, the ids that no training row has. profiles: whether any piece stated one."""

    unseen: tuple[frozenset[int], ...] = ()
    profiles: bool = True

    def json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"unseen": [sorted(ids) for ids in self.unseen], "profiles": self.profiles}

    def shown(self, stream: Stream) -> Stream:
        """Return the stream as training would have shown it; the prompt's first and last row stay."""
        keep = ~np.isin(stream.rows[:, 0], list(self.unseen[0] if self.unseen else ()))
        keep[[0, -1]] = True
        return evolve(stream, rows=stream.rows[keep], vector=stream.vector if self.profiles else None)

    def shown_data(self, data: Prepared) -> Prepared:
        """Return prepared data as training would have shown it: without unknown prefix tokens and profiles."""
        stated = data.stated if self.profiles else np.zeros_like(data.stated)
        return evolve(data, stated=stated, hidden=self.unseen[0] if self.unseen else frozenset())


@frozen(eq=False)
class Unlearnt:
    """Takes from logits the ids that training never showed: their weights are what chance made them."""

    unseen: tuple[np.ndarray, ...]  # ids of each family

    @classmethod
    def of(cls, known: Known, families: tuple[int, ...]) -> Unlearnt:
        """Return what to take; an id beyond its family is passed over."""
        lists = known.unseen or (frozenset(),) * len(families)
        return cls(
            tuple(np.array(sorted(i for i in ids if 0 <= i < n), int) for ids, n in zip(lists, families, strict=False))
        )

    def taken(self, logits: Sequence[Any], divisor: float = 1.0) -> Lessened:
        """Return the logits per family, or what gives them, with -inf for those ids, and all divided by a number."""
        return Lessened(logits, self.unseen, divisor)


class Lessened(Sequence[Any]):
    """The logits of a step without some ids, divided by a number; draws where the step can (`DrawingStep`)."""

    def __init__(self, step: Sequence[Any], lost: Sequence[np.ndarray], divisor: float) -> None:
        """lost: ids of each family."""
        self._step, self._lost, self._divisor = step, lost, divisor
        if hasattr(step, "draw"):
            self.draw = self._draw

    def __len__(self) -> int:
        return len(self._step)

    def __getitem__(self, family: Any) -> Any:
        if isinstance(family, slice):
            return [self[number] for number in range(*family.indices(len(self)))]
        given = self._step[family]
        return (lambda drawn: self._less(family, given(drawn))) if callable(given) else self._less(family, given)

    def _less(self, family: int, logits: np.ndarray) -> np.ndarray:
        logits[:, self._lost[family]] = -np.inf
        return logits if self._divisor == 1 else logits / self._divisor

    def _draw(self, family: int, rows: np.ndarray, choices: Sequence[Any], rule: Any) -> Any:
        return self._step.draw(family, rows, choices, rule, self._lost[family], self._divisor)  # type: ignore[attr-defined]  # optional


def known_of(data: Prepared) -> Known:
    """Return what the train split shows."""
    seen = [np.zeros(size, bool) for size in data.families]
    train = data.split("train")
    for example in train:
        offset = int(data.offsets[example])
        for family, ids in zip(seen, data.rows[offset : offset + int(data.lengths[example])].T, strict=True):
            family[ids] = True
    unseen = tuple(frozenset(np.flatnonzero(~family).tolist()) for family in seen)
    return Known(unseen=unseen, profiles=bool(data.stated[train].any()))


def known_from(value: Mapping[str, Any]) -> Known:
    """Return what JSON says; raises TypeError or ValueError on anything else. Older files know everything."""
    unseen, profiles = value.get("unseen", []), value.get("profiles", True)
    lists = isinstance(unseen, list) and all(isinstance(ids, list) for ids in unseen)
    if not lists or not all(type(token) is int for ids in unseen for token in ids) or type(profiles) is not bool:
        raise ValueError("known must hold a list of ids for each family and whether profiles were shown")
    return Known(unseen=tuple(frozenset(ids) for ids in unseen), profiles=profiles)
