"""Checks of samplers, on a toy decoder and its grammar."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from psychoscore_core.records import Stream
from psychoscore_core.stages.sample import Request
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject

BARS = (1, 3, 8)


def rows_obey_the_grammar(subject: Subject) -> None:
    requests = [_request(bars, seed) for seed, bars in enumerate(BARS)]
    sampled = subject.build().sample(toy.Decoder(), requests)
    require(len(sampled) == len(requests), f"gives {len(sampled)} streams for {len(requests)} requests")
    for bars, rows in zip(BARS, sampled, strict=True):
        grammar = toy.Grammar(bars)
        for row in rows:
            grammar.push([int(i) for i in row])  # raises ValueError on a forbidden row
        require(grammar.finished, f"a stream of {bars} bars is not finished")


def sampling_is_deterministic(subject: Subject) -> None:
    first, second = (_rows(subject, [_request(8, seed=3)])[0] for _ in range(2))
    require(first == second, "the same request and seed give other rows")


def seeds_matter(subject: Subject) -> None:
    streams = {tuple(map(tuple, _rows(subject, [_request(8, seed)])[0])) for seed in range(4)}
    require(len(streams) > 1, "four seeds give the same rows")


def streams_ignore_their_neighbours(subject: Subject) -> None:
    alone = _rows(subject, [_request(4, seed=2)])[0]
    batched = _rows(subject, [_request(8, seed=1), _request(4, seed=2), _request(1, seed=3)])[1]
    require(alone == batched, "a request gives other rows in a batch than alone")


def streaming_gives_the_same_rows(subject: Subject) -> None:
    requests = [_request(4, seed=1), _request(2, seed=2)]
    streamed: list[list[list[int]]] = [[], []]
    for index, rows in subject.build().stream(toy.Decoder(), requests):
        streamed[index] += [[int(i) for i in row] for row in rows]
    sampled = _rows(subject, [_request(4, seed=1), _request(2, seed=2)])
    require(streamed == sampled, "stream() gives other rows than sample()")


def _request(bars: int, seed: int) -> Request:
    import numpy as np

    profile = toy.profiles()[0]
    prompt = np.array([[toy.BOS], [toy.SEP]], dtype=np.int32)
    conditions = tuple((0.5, 0.5) for _ in range(bars))
    stream = Stream(rows=prompt, vector=profile.to_vector(), bars=conditions)
    return Request(stream=stream, grammar=toy.Grammar(bars), temperatures=(1.0,) * bars, seed=seed)


def _rows(subject: Subject, requests: list[Request]) -> list[Any]:
    sampled = subject.build().sample(toy.Decoder(), requests)
    return [[[int(i) for i in row] for row in rows] for rows in sampled]


CHECKS = MappingProxyType(
    {
        "rows-obey-the-grammar": rows_obey_the_grammar,
        "sampling-is-deterministic": sampling_is_deterministic,
        "seeds-matter": seeds_matter,
        "streams-ignore-their-neighbours": streams_ignore_their_neighbours,
        "streaming-gives-the-same-rows": streaming_gives_the_same_rows,
    }
)
