"""The sampler `constrained`: the one decode loop, for every decoder and every tokenizer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from psychoscore_core.stages.sample import Choice, Decoder, Request
from psychoscore_sampler.feed import Feed
from psychoscore_sampler.line import Line, rules_of
from psychoscore_sampler.plugin import ConstrainedConfig


class ConstrainedSampler:
    """Draws token rows that the grammar allows, one row of every stream of a batch at a time.

    A request gives the same rows alone or in any batch, as far as the decoder gives equal logits: its random
    numbers come from its own seed (PCG64), and nothing of one stream touches another.
    """

    def __init__(self, config: ConstrainedConfig) -> None:
        self.config = config

    def sample(self, decoder: Decoder, requests: Sequence[Request]) -> list[np.ndarray]:
        """Return the drawn rows (time, families) int32 of each request, prompt excluded; every grammar is finished."""
        bars: list[list[np.ndarray]] = [[np.zeros((0, r.stream.rows.shape[-1]), np.int32)] for r in requests]
        for place, rows in self.stream(decoder, requests):
            bars[place].append(rows)
        return [np.concatenate(rows) for rows in bars]

    def stream(self, decoder: Decoder, requests: Sequence[Request]) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (index of the request, rows of one finished bar) as soon as a bar is complete.

        The row that opens a bar belongs to that bar, the end token to the last one; a bar that the grammar passes
        over has no rows. Raises ValueError on a prompt, temperatures or logits of a wrong shape, RunError where the
        prompt fills the decoder's context.
        """
        size = self.config.batch_size
        for first in range(0, len(requests), size):
            for place, rows in self._batch(decoder, requests[first : first + size]):
                yield first + place, rows

    def _batch(self, decoder: Decoder, requests: Sequence[Request]) -> Iterator[tuple[int, np.ndarray]]:
        lines = [Line(place, r, self.config) for place, r in enumerate(requests) if not r.grammar.finished]
        if len({line.families for line in lines}) > 1:
            raise ValueError("the prompts of one call must have the same number of families")
        if not lines:
            return
        feed = Feed(decoder, [line.stream for line in lines], rules_of(requests[lines[0].place], self.config))
        rows = np.zeros((len(lines), lines[0].families), np.int64)
        while True:
            rows = _draw(feed, lines, rows)
            for line, row in zip(lines, rows.tolist(), strict=True):
                if not line.finished:
                    yield from ((line.place, bar) for bar in line.push(tuple(row)))
            alive = [slot for slot, line in enumerate(lines) if not line.finished]
            if not alive:
                return
            if len(alive) < len(lines) and feed.keep(alive):
                lines, rows = [lines[slot] for slot in alive], rows[alive]
            feed.push(rows, np.array([line.grammar.bar for line in lines], np.int32))


def _draw(feed: Feed, lines: Sequence[Line], last: np.ndarray) -> np.ndarray:
    """Return the next row of every stream (batch, families); a finished stream repeats its last one."""
    rows = last.copy()
    going: list[tuple[int, Line, list[int]]] = [(n, line, []) for n, line in enumerate(lines) if not line.finished]
    choices: list[Choice | None] = [None] * len(lines)
    for family, rule in enumerate(feed.rules):
        for slot, line, partial in going:
            choices[slot] = line.choice(partial)
        tokens = feed.draw(family, rows, choices, rule)
        for slot, line, partial in going:
            token = tokens[slot]
            rows[slot, family] = token
            line.took(token)
            partial.append(token)
    return rows
