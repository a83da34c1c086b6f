"""The distribution of single draws against the one that the settings ask for."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.stages.sample import DrawRule
from psychoscore_sampler.draw import draw, guided

SCORES = np.log([0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
DRAWS = 8_000
CRITICAL = {1: 15.1, 2: 18.4, 3: 21.1, 4: 23.5, 5: 25.7}  # chi-square at p = 0.0001


def counts(scores=SCORES, temperature=1.0, seed=1, **options) -> np.ndarray:
    rule = DrawRule(**options)
    rng = np.random.default_rng(seed)
    drawn = [draw(np.array(scores), temperature, rule, rng) for _ in range(DRAWS)]
    return np.bincount(drawn, minlength=len(scores))


def assert_follows(observed: np.ndarray, probabilities: list[float]) -> None:
    expected = DRAWS * np.array(probabilities) / np.sum(probabilities)
    possible = expected > 0
    assert observed[~possible].sum() == 0
    chi = ((observed - expected)[possible] ** 2 / expected[possible]).sum()
    assert chi < CRITICAL[int(possible.sum()) - 1]


def test_without_truncation_tokens_come_with_their_probabilities():
    assert_follows(counts(), [0.4, 0.25, 0.15, 0.1, 0.06, 0.04])


def test_temperature_raises_probabilities_to_its_inverse():
    assert_follows(counts(temperature=2.0), np.sqrt([0.4, 0.25, 0.15, 0.1, 0.06, 0.04]))


def test_top_k_keeps_the_k_likeliest():
    assert_follows(counts(top_k=3), [0.4, 0.25, 0.15, 0, 0, 0])


@pytest.mark.parametrize(("mass", "kept"), [(0.39, 1), (0.41, 2), (0.66, 3), (0.79, 3), (0.81, 4), (0.999, 6)])
def test_top_p_keeps_the_fewest_that_reach_the_mass(mass, kept):
    observed = counts(top_p=mass)
    assert np.flatnonzero(observed).tolist() == list(range(kept))


def test_top_p_keeps_proportions():
    assert_follows(counts(top_p=0.7), [0.4, 0.25, 0.15, 0, 0, 0])


def test_min_p_measures_against_the_likeliest():
    assert_follows(counts(min_p=0.3), [0.4, 0.25, 0.15, 0, 0, 0])


def test_top_p_counts_what_top_k_left():
    assert_follows(counts(top_k=3, top_p=0.8), [0.4, 0.25, 0, 0, 0, 0])


def test_the_order_of_tokens_does_not_matter():
    assert_follows(counts(SCORES[::-1].copy(), top_p=0.7), [0, 0, 0, 0.15, 0.25, 0.4])


def test_ties_with_the_last_kept_token_are_kept():
    assert_follows(counts(np.zeros(4), top_k=2), [1, 1, 1, 1])


def test_tiny_temperature_takes_the_likeliest():
    assert counts(temperature=1e-9)[0] == DRAWS


def test_nan_is_impossible():
    assert_follows(counts(np.array([0.0, np.nan, 0.0])), [1, 0, 1])


def test_minus_infinity_is_impossible():
    assert_follows(counts(np.array([0.0, -np.inf, 0.0])), [1, 0, 1])


def test_infinity_is_certain():
    assert_follows(counts(np.array([0.0, np.inf, np.inf])), [0, 1, 1])


@pytest.mark.parametrize("nothing", [np.nan, -np.inf])
def test_where_nothing_is_possible_all_are_equally_likely(nothing):
    assert_follows(counts(np.full(4, nothing), top_p=0.9), [1, 1, 1, 1])


@pytest.mark.parametrize("size", [2, 50, 2000])
@pytest.mark.parametrize("mass", [0.3, 0.9, 0.999])
def test_nucleus_equals_the_textbook_one(size, mass):
    scores = np.random.default_rng(size).normal(0, 3, size)
    falling = np.argsort(scores)[::-1]
    share = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    textbook = set(falling[: np.searchsorted(np.cumsum(share[falling]), mass) + 1].tolist())
    rng, rule = np.random.default_rng(0), DrawRule(top_p=mass)
    drawn = {draw(scores, 1.0, rule, rng) for _ in range(2000)}
    assert drawn <= textbook
    assert len(drawn) == len(textbook) or size == 2000 or mass == 0.999


def test_without_ghosts_the_logits_are_the_conditional_ones():
    assert guided(np.array([[1.0, 2.0]]), DrawRule()).tolist() == [1.0, 2.0]


def test_guidance_is_u_plus_g_times_c_minus_u():
    mixed = guided(np.array([[1.0, 2.0], [0.5, 3.0]]), DrawRule(guidance=3.0))
    assert mixed.tolist() == [2.0, 0.0]


def test_profile_and_plan_are_guided_apart():
    logits = np.array([[4.0, 0.0], [1.0, 1.0], [2.0, 3.0]])  # all, none, the profile alone
    mixed = guided(logits, DrawRule(guidance=2.0, plan_guidance=3.0))
    assert mixed.tolist() == [1 + 2 * (2 - 1) + 3 * (4 - 2), 1 + 2 * (3 - 1) + 3 * (0 - 3)]


def test_guidance_keeps_the_condition_where_the_other_stream_has_no_number():
    with np.errstate(invalid="ignore"):
        logits = np.array([[1.0, 2.0, -np.inf], [np.nan, -np.inf, 0.0]])
        mixed = guided(logits, DrawRule(guidance=3.0))
    assert mixed.tolist() == [1.0, 2.0, -np.inf]
