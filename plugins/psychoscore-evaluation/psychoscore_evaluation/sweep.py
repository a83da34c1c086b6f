"""The sweep: each of the 57 dimensions low and high, all others neutral, and what that moves in the music."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.planning.control_map import CONTROLS
from psychoscore_core.profile import DIMENSIONS, Profile
from psychoscore_core.records import Take
from psychoscore_evaluation.control import measured
from psychoscore_evaluation.requested import requested
from psychoscore_evaluation.statistics import mean_by_t

SEEDS = 5  # at least: fewer leave an interval too wide to tell a move by
LEAST = 0.02  # of an attribute's usual range, that a move must have to count as one


@frozen(kw_only=True)
class Move:
    """What a dimension does to an attribute, both as shares of the attribute's usual range.

    asked: high minus low in the plans. moved, low, high: the same in the music, mean and Student's interval over seeds.
    """

    asked: float
    moved: float
    low: float
    high: float

    @property
    def asks(self) -> bool:
        return abs(self.asked) >= LEAST

    @property
    def moves(self) -> bool:
        """Say whether the music moves: by enough, and the interval excludes 0."""
        return abs(self.moved) >= LEAST and (self.low > 0 or self.high < 0)

    @property
    def follows(self) -> bool:
        """Say whether the music moves the way that the plans ask for."""
        return self.asks and self.moves and (self.asked > 0) == (self.moved > 0)


Moves = Mapping[str, Mapping[str, Move]]  # by dimension, then attribute


def sweep_profiles() -> dict[str, Profile]:
    """Return two profiles for each dimension, "name low" and "name high"; the rest of each is neutral."""
    found = {}
    for dimension in DIMENSIONS:
        for end, value in (("low", dimension.low), ("high", dimension.high)):
            found[f"{dimension.name} {end}"] = profile_with(dimension.name, value)
    return found


def profile_with(name: str, value: float) -> Profile:
    """Return the neutral profile with one dimension changed; the other registers share what an RSI register leaves."""
    names = [dimension.name for dimension in DIMENSIONS]
    vector = [float(dimension.neutral) for dimension in DIMENSIONS]
    vector[names.index(name)] = value
    if name.startswith("rsi."):
        for index, other in enumerate(names):
            if other.startswith("rsi.") and other != name:
                vector[index] = (1 - value) / 2
    return Profile.from_vector(vector)


def sweep(takes: Sequence[Take], seeds: int) -> Moves:
    """Return the moves of takes of `sweep_profiles()`, `seeds` of each profile, low and high with the same seeds."""
    shape = (len(DIMENSIONS), 2, seeds, len(ATTRIBUTES))
    asked = _table((requested(take.plan) for take in takes), shape)
    heard = _table((measured(take) for take in takes), shape)
    asked, heard = asked[:, 1] - asked[:, 0], heard[:, 1] - heard[:, 0]
    return {
        dimension.name: {name: _move(asked[d, :, a], heard[d, :, a]) for a, name in enumerate(ATTRIBUTES)}
        for d, dimension in enumerate(DIMENSIONS)
    }


def _table(rows: Iterable[Mapping[str, float]], shape: tuple[int, ...]) -> np.ndarray:
    usual = np.array([attribute.high - attribute.low for attribute in ATTRIBUTES.values()])
    return np.array([list(row.values()) for row in rows]).reshape(shape) / usual


def _move(asked: np.ndarray, heard: np.ndarray) -> Move:
    found = mean_by_t(heard)
    mean = found.value or 0.0
    wanted = float(np.mean(asked)) if np.isfinite(asked).all() else 0.0
    return Move(
        asked=round(wanted, 6),
        moved=mean,
        low=mean if found.low is None else found.low,
        high=mean if found.high is None else found.high,
    )


def summary(moves: Moves, seeds: int) -> dict[str, Any]:
    """Return the sweep as JSON: the control map's rows with what the music does, and every other move."""
    cells = [move for of in moves.values() for move in of.values()]
    rows = [_of_row(row.dimension, row.attribute, row.effect, moves) for row in CONTROLS if row.effect]
    return {
        "seeds": seeds,
        "least": LEAST,
        "map": {
            "rows": rows,
            **{said: sum(row["music"] == said for row in rows) for said in ("with", "against", "still")},
        },
        "asked": sum(move.asks for move in cells),
        "followed": sum(move.follows for move in cells),
        "unasked": sum(move.moves and not move.asks for move in cells),
        "silent": [name for name, of in moves.items() if not any(move.moves for move in of.values())],
        "dimensions": {name: _of_dimension(of) for name, of in moves.items()},
    }


def _of_row(dimension: str, attribute: str, effect: float, moves: Moves) -> dict[str, Any]:
    usual = ATTRIBUTES[attribute].high - ATTRIBUTES[attribute].low
    move = moves[dimension][attribute]
    said = ("with" if (move.moved > 0) == (effect > 0) else "against") if move.moves else "still"
    found = {"dimension": dimension, "attribute": attribute, "effect": effect, "music": said}
    return found | {name: round(getattr(move, name) * usual, 4) for name in ("asked", "moved", "low", "high")}


def _of_dimension(of: Mapping[str, Move]) -> dict[str, Any]:
    return {
        name: {"asked": m.asked, "moved": m.moved, "low": m.low, "high": m.high, "follows": m.follows}
        for name, m in of.items()
        if m.asks or m.moves
    }
