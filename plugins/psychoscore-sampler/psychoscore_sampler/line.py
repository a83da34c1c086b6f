"""One stream being drawn: its grammar, its random numbers, its bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from psychoscore_core.errors import ConfigError, RunError, did_you_mean
from psychoscore_core.stages.sample import Choice, DrawRule, Request
from psychoscore_core.stages.tokenize import Meaning
from psychoscore_sampler.closing import Exits
from psychoscore_sampler.plugin import ConstrainedConfig, FamilyDraw
from psychoscore_sampler.repetition import Repetition
from psychoscore_sampler.steering.conductor import Conductor

NO_COSTS: Mapping[int, float] = MappingProxyType({})
NEUTRAL = Meaning(kind="", values=np.zeros(0, np.int64))
MAX_CLOSING = 20_000  # rows in one bar after which no grammar is believed to have a way out


class Line:
    """One request while it is drawn; depends on nothing but the request, the config and the logits it is shown."""

    def __init__(self, place: int, request: Request, config: ConstrainedConfig) -> None:
        _check(request)
        self.place = place  # of the request among those of one call
        self.stream, self.grammar = request.stream, request.grammar
        self._temperatures, self._config = request.temperatures, config
        self._own_temperatures = [own.temperature for own in own_draws(request, config)]
        self._rng = np.random.Generator(np.random.PCG64(request.seed % 2**64))
        self._exits = Exits()
        self._repetition = Repetition(config.repetition_penalty, config.repetition_length, config.repetition_window)
        self._bar: list[tuple[int, ...]] = []
        self._drawn = 0
        steered = request.plan is not None and hasattr(request.grammar, "meaning")
        self._conductor = Conductor(request.plan, config) if request.plan is not None and steered else None
        self._meaning = NEUTRAL  # of the last choice
        self._closing, self._temperature = False, 1.0  # of this row

    @property
    def finished(self) -> bool:
        return bool(self.grammar.finished)

    @property
    def families(self) -> int:
        return int(self.stream.rows.shape[1])

    def choice(self, partial: Sequence[int]) -> Choice:
        """Return what may be drawn for the row's next family, given the ids before it."""
        if not partial:
            self._begin_row()
        family, weights = len(partial), None
        allowed = self._allowed(partial)
        if self._conductor:
            self._meaning = self.grammar.meaning(family, partial)  # type: ignore[attr-defined]  # optional
            if self._meaning.kind and not self._closing and np.count_nonzero(allowed) > 1:
                weights = self._conductor.weights(self._meaning)
        costs = self._repetition.costs(partial) if self._config.repetition_penalty else NO_COSTS
        return Choice(allowed, self._own_temperatures[family] or self._temperature, self._rng, weights, costs)

    def _begin_row(self) -> None:
        self._temperature = self._temperatures[min(max(self.grammar.bar, 0), len(self._temperatures) - 1)]
        self._closing = self._is_closing()

    def took(self, token: int) -> None:
        """Note the id that was drawn from the last choice."""
        if self._conductor and self._meaning.kind:
            self._conductor.took(self._meaning, token)

    def push(self, row: tuple[int, ...]) -> list[np.ndarray]:
        """Take a drawn row; return the rows (time, families) of each bar that it completes."""
        before = self.grammar.bar
        self.grammar.push(row)
        if self._config.repetition_penalty:
            self._repetition.push(row)
        self._drawn += 1
        if self._conductor:
            self._conduct()
        passed = self.grammar.bar - before
        if passed or self.grammar.finished:
            self._exits.learn(row)
        done = [self._take() for _ in range(passed)]
        self._bar.append(row)
        if self.grammar.finished:
            done.append(self._take())
        return done

    def _conduct(self) -> None:
        assert self._conductor is not None
        if self._conductor.index != self.grammar.bar:
            self._conductor.open(self.grammar.bar)
        note = self.grammar.sounded()  # type: ignore[attr-defined]  # optional
        if note is not None:
            self._conductor.sounded(note)

    def _take(self) -> np.ndarray:
        rows = np.array(self._bar, dtype=np.int32).reshape(-1, self.families)
        self._bar = []
        return rows

    def _allowed(self, partial: Sequence[int]) -> np.ndarray:
        mask = self.grammar.mask(len(partial), partial)
        if not self._closing:
            return mask
        own = getattr(self.grammar, "closing_mask", None)
        way = own(len(partial), partial) & mask if own else self._exits.narrow(mask, partial)
        return way if way.any() else mask

    def _is_closing(self) -> bool:
        config, length = self._config, len(self._bar)
        if length > config.max_rows_per_bar + MAX_CLOSING:
            raise RunError(f"sample: the tokenizer's grammar shows no way out of bar {self.grammar.bar + 1}")
        return length >= config.max_rows_per_bar or 0 < config.max_rows <= self._drawn


def _check(request: Request) -> None:
    shape = request.stream.rows.shape
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"a prompt must have rows (time, families), at least one of each, not shape {shape}")
    if not request.temperatures or not all(math.isfinite(t) and t > 0 for t in request.temperatures):
        raise ValueError(f"temperatures must be one or more finite numbers above 0, not {request.temperatures}")


def own_draws(request: Request, config: ConstrainedConfig) -> list[FamilyDraw]:
    """Return how each family is drawn where otherwise than the others.

    Raises ConfigError on a family that the tokenizer does not have.
    """
    for name in config.families:
        if name not in request.families:
            there = ", ".join(request.families)
            close = did_you_mean(name, request.families)
            raise ConfigError(f"sampler.families: {name!r} is none of this tokenizer's families ({there}){close}")
    names = request.families or ("",) * request.stream.rows.shape[1]
    return [config.families.get(name, FamilyDraw()) for name in names]


def rules_of(request: Request, config: ConstrainedConfig) -> list[DrawRule]:
    """Return how each family is drawn in every stream like this one."""
    ghosts = int(config.guidance != 1)
    if config.plan_guidance is not None:
        ghosts = 0 if config.guidance == config.plan_guidance == 1 else 2
    return [
        DrawRule(
            top_k=config.top_k,
            top_p=config.top_p if own.top_p is None else own.top_p,
            min_p=config.min_p,
            ghosts=ghosts,
            guidance=config.guidance,
            plan_guidance=config.plan_guidance if config.plan_guidance is not None else 1.0,
        )
        for own in own_draws(request, config)
    ]
