"""One stream being drawn: its grammar, its random numbers, its bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from attrs import evolve

from psychoscore_core.errors import ConfigError, RunError, did_you_mean
from psychoscore_core.stages.sample import Request
from psychoscore_core.stages.tokenize import Meaning
from psychoscore_sampler.closing import Exits
from psychoscore_sampler.draw import draw, guided
from psychoscore_sampler.plugin import ConstrainedConfig, FamilyDraw
from psychoscore_sampler.repetition import Repetition
from psychoscore_sampler.steering.conductor import Conductor

MAX_CLOSING = 20_000  # rows in one bar after which no grammar is believed to have a way out


class Line:
    """One request while it is drawn; depends on nothing but the request, the config and the logits it is shown."""

    def __init__(self, place: int, request: Request, config: ConstrainedConfig) -> None:
        _check(request)
        self.place = place  # of the request among those of one call
        self.stream, self.grammar = request.stream, request.grammar
        self._temperatures, self._config = request.temperatures, config
        self._draws = _draws(request, config)
        self._rng = np.random.Generator(np.random.PCG64(request.seed % 2**64))
        self._exits = Exits()
        self._repetition = Repetition(config.repetition_penalty, config.repetition_length, config.repetition_window)
        self._bar: list[tuple[int, ...]] = []
        self._drawn = 0
        steered = request.plan is not None and hasattr(request.grammar, "meaning")
        self._conductor = Conductor(request.plan, config) if request.plan is not None and steered else None

    @property
    def finished(self) -> bool:
        return bool(self.grammar.finished)

    @property
    def families(self) -> int:
        return int(self.stream.rows.shape[1])

    def draw(self, partial: Sequence[int], logits: np.ndarray) -> int:
        """Return the id of the row's next family, given the ids before it and the logits (1 to 3, family size).

        logits: with all conditions, without any, with the profile's only.
        """
        ids = np.flatnonzero(self._allowed(partial, logits.shape[1]))
        meaning = self.grammar.meaning(len(partial), partial) if self._conductor else None  # type: ignore[attr-defined]  # optional
        token = int(ids[0]) if ids.size == 1 else self._choose(partial, ids, logits, meaning)
        if self._conductor and meaning:
            self._conductor.took(meaning, token)
        return token

    def _choose(self, partial: Sequence[int], ids: np.ndarray, logits: np.ndarray, meaning: Meaning | None) -> int:
        scores = guided(logits[:, ids].astype(np.float64), self._config)
        if self._config.repetition_penalty:
            self._repetition.lower(scores, ids, partial)
        own, config = self._draws[len(partial)]
        temperature = own or self._temperatures[min(max(self.grammar.bar, 0), len(self._temperatures) - 1)]
        weights = self._conductor.weights(meaning) if self._conductor and meaning and not self._closing() else None
        if weights is not None:
            weights = weights[ids]
            if weights.max() > -math.inf:  # what no allowed token satisfies is not asked for
                scores += temperature * weights
        return int(ids[draw(scores, temperature, config, self._rng)])

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

    def _allowed(self, partial: Sequence[int], size: int) -> np.ndarray:
        mask = self.grammar.mask(len(partial), partial)
        if mask.size != size:
            raise ValueError(f"family {len(partial)}: the decoder gave {size} logits, the grammar knows {mask.size}")
        if not self._closing():
            return mask
        own = getattr(self.grammar, "closing_mask", None)
        way = own(len(partial), partial) & mask if own else self._exits.narrow(mask, partial)
        return way if way.any() else mask

    def _closing(self) -> bool:
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


def _draws(request: Request, config: ConstrainedConfig) -> list[tuple[float | None, ConstrainedConfig]]:
    """Return each family's own temperature, if any, and the config that its tokens are drawn with.

    Raises ConfigError on a family that the tokenizer does not have.
    """
    for name in config.families:
        if name not in request.families:
            there = ", ".join(request.families)
            close = did_you_mean(name, request.families)
            raise ConfigError(f"sampler.families: {name!r} is none of this tokenizer's families ({there}){close}")
    names = request.families or ("",) * request.stream.rows.shape[1]
    own = [config.families.get(name, FamilyDraw()) for name in names]
    return [(o.temperature, config if o.top_p is None else evolve(config, top_p=o.top_p)) for o in own]
