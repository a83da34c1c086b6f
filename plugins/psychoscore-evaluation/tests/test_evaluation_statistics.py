"""Statistics against values known from tables, textbooks and SciPy 1.17."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_evaluation.estimate import Estimate, shown
from psychoscore_evaluation.statistics import (
    correlation,
    estimated,
    mean_by_t,
    mean_of,
    ranks,
    resampled,
    slope,
    spearman,
    student,
    weighted_ranks,
    wilson,
)


def test_ranks_give_ties_their_mean():
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_spearman_of_the_textbook_example():
    iq = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110])
    hours = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17])
    assert spearman(iq, hours) == pytest.approx(-29 / 165)


def test_spearman_with_ties_is_scipys():
    x = np.array([1, 2, 2, 3, 3, 3, 4, 5, 5, 6.0])
    y = np.array([2, 1, 3, 3, 2, 5, 4, 4, 6, 6.0])
    assert spearman(x, y) == pytest.approx(0.8156409306425008)


def test_spearman_of_something_constant_is_nan():
    assert np.isnan(spearman(np.full(5, 0.1) * 3, np.arange(5.0)))


def test_weights_count_like_copies():
    x, y = np.array([1.0, 4, 2, 2]), np.array([2.0, 3, 1, 5])
    weights = np.array([[2.0, 0, 1, 3]])
    copies = np.repeat(np.arange(4), [2, 0, 1, 3])
    weighted = correlation(weighted_ranks(x, weights), weighted_ranks(y, weights), weights)
    assert weighted[0] == pytest.approx(spearman(x[copies], y[copies]))


def test_slope_is_least_squares():
    x, y = np.array([0.0, 1, 2, 4]), np.array([1.0, 2, 4, 6])
    assert slope(x, y) == pytest.approx(np.polyfit(x, y, 1)[0])


def test_wilsons_interval_of_eight_in_ten():
    found = wilson(8, 10)
    assert (found.low, found.high) == (pytest.approx(0.490162), pytest.approx(0.943318))
    assert wilson(0, 0).value is None


def test_students_quantile():
    assert student(9) == pytest.approx(2.262, abs=1e-3)
    assert student(29) == pytest.approx(2.04523, abs=1e-3)


def test_mean_by_t_of_a_constant_has_no_width():
    assert mean_by_t(np.full(4, 2.0)) == Estimate(value=2.0, low=2.0, high=2.0, n=4)


def test_bootstrap_of_the_mean_is_the_normal_interval():
    values = np.random.default_rng(0).normal(size=400)
    found = mean_of(values, np.arange(400), np.random.default_rng(1))
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_units_are_resampled_not_takes():
    values = np.repeat(np.random.default_rng(0).normal(size=40), 25)
    by_unit = mean_of(values, np.repeat(np.arange(40), 25), np.random.default_rng(1))
    by_take = mean_of(values, np.arange(1000), np.random.default_rng(1))
    assert by_unit.n == 40
    assert by_unit.high - by_unit.low > 4 * (by_take.high - by_take.low)


def test_estimates_are_the_same_for_the_same_seed():
    values = np.arange(10.0)
    twice = [estimated(lambda w: w @ values / w.sum(1), 10, np.random.default_rng(3)) for _ in range(2)]
    assert twice[0] == twice[1]
    assert resampled(5, np.random.default_rng(0)).sum(axis=1).tolist() == [5.0] * 1000


def test_estimates_are_shown_with_their_interval():
    assert shown(Estimate(value=0.5, low=0.25, high=0.75, n=3)) == "0.50 [0.25, 0.75]"
    assert shown(Estimate.of(float("nan"))) == "–"
