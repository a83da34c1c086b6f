"""What a literal repetition costs."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_sampler.repetition import Repetition


def costs(rows, ids, penalty=1.0, length=2, window=100, partial=()) -> list[float]:
    repetition = Repetition(penalty, length, window)
    for row in rows:
        repetition.push(tuple(row))
    found = repetition.costs(partial)
    return [found.get(token, 0.0) for token in ids]


def melody(text: str) -> list[tuple[int]]:
    return [(ord(letter) - ord("a"),) for letter in text]


def test_nothing_costs_before_anything_was_played():
    assert costs([], [0, 1]) == [0, 0]


def test_going_on_with_a_copy_costs_the_penalty_at_the_free_length():
    assert costs(melody("abcxab"), [0, 1, 2]) == [0, 0, 1.0]


def test_a_shorter_copy_is_free():
    assert costs(melody("abcxb"), [0, 1, 2]) == [0, 0, 0]


def test_a_longer_copy_costs_more():
    assert costs(melody("abcdxabc"), [2, 3]) == [0, 1.5]


def test_of_two_copies_the_longer_counts():
    assert costs(melody("abcdxbcdyabc"), [3]) == [1.5]


def test_a_single_token_that_repeats_is_free():
    assert costs(melody("axayaza"), [0, 1, 23, 24]) == [0, 0, 0, 0]


def test_what_lies_behind_the_window_is_forgotten():
    assert costs(melody("abc" + "x" * 20 + "ab"), [2], window=10) == [0]


def test_a_window_keeps_what_lies_in_it():
    assert costs(melody("z" * 20 + "abcxab"), [2], window=6) == [1.0]


def test_later_families_cost_only_where_the_row_began_alike():
    rows = [(1, 5), (2, 6), (3, 7), (1, 5), (2, 6)]
    assert costs(rows, [6, 7], partial=(3,)) == [0, 1.0]
    assert costs(rows, [6, 7], partial=(1,)) == [0, 0]


@pytest.mark.parametrize("window", [2, 3, 50])
def test_runs_equal_the_ones_counted_by_hand(window):
    letters = np.random.default_rng(3).integers(0, 2, 60)
    repetition = Repetition(1.0, 1, window)
    for letter in letters.tolist():
        repetition.push((letter,))
    past = letters[-window:].tolist()
    by_hand = [common_suffix(past[: end + 1], letters.tolist()) for end in range(len(past) - 1)]
    assert all(found >= run for found, run in zip(repetition._runs.tolist(), by_hand, strict=True))
    assert repetition._runs.size == len(past) - 1


def common_suffix(first: list[int], second: list[int]) -> int:
    pairs = zip(reversed(first), reversed(second), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), len(first))
