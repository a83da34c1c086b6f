"""Checks of arrangers."""

from __future__ import annotations

from types import MappingProxyType

from psychoscore_core.records import Take
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import require
from psychoscore_core.testing.subject import Subject


def take_is_left_as_it_was(subject: Subject) -> None:
    take = toy.take()
    before = toy.fingerprint(take.score)
    result = subject.build().arrange(take)
    require(toy.fingerprint(take.score) == before, "arrange() changes the score of the take that it is given")
    require(result.score is not take.score or toy.fingerprint(result.score) == before, "arrange() shares its score")


def result_is_a_playable_take(subject: Subject) -> None:
    take = subject.build().arrange(toy.take())
    require(isinstance(take, Take), f"arrange() gives {take!r:.80}, which is no Take")
    require(toy.notes_of(take.score), "the arranged score has no notes")
    for onset, pitch, duration in toy.notes_of(take.score):
        require(onset >= 0 and duration > 0 and 0 <= pitch <= 127, f"pitch {pitch} at {onset:g} lasts {duration:g}")


def request_stays_with_the_take(subject: Subject) -> None:
    take = toy.take()
    result = subject.build().arrange(take)
    same = (result.name, result.seed, result.condition) == (take.name, take.seed, take.condition)
    require(same, "arrange() changes the take's name, seed or condition")


def arranging_is_deterministic(subject: Subject) -> None:
    first, second = (toy.fingerprint(subject.build().arrange(toy.take()).score) for _ in range(2))
    require(first == second, "arranging the same take twice gives other notes")


CHECKS = MappingProxyType(
    {
        "take-is-left-as-it-was": take_is_left_as_it_was,
        "result-is-a-playable-take": result_is_a_playable_take,
        "request-stays-with-the-take": request_stays_with_the_take,
        "arranging-is-deterministic": arranging_is_deterministic,
    }
)
