"""A judge fitted on a small corpus says what can be heard."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Score

from psychoscore_core.errors import DataError
from psychoscore_judge.judge import Judge


def test_new_pieces_get_their_quadrant(judge, piece):
    verdicts = judge.judge([piece(quadrant, 99) for quadrant in (1, 2, 3, 4)])
    assert [verdict.quadrant for verdict in verdicts] == ["Q1", "Q2", "Q3", "Q4"]


def test_valence_and_arousal_are_sums_of_the_quadrants(judge, piece):
    (verdict,) = judge.judge([piece(3, 99)])
    q1, q2, q3, q4 = verdict.probabilities
    assert q1 + q2 + q3 + q4 == pytest.approx(1)
    assert verdict.valence == pytest.approx(q1 + q4)
    assert verdict.arousal == pytest.approx(q1 + q2)
    assert verdict.valence < 0.5 and verdict.arousal < 0.5


def test_flat_velocities_are_judged_by_the_notes_alone(judge, piece):
    (verdict,) = judge.judge([piece(2, 99, flat=True)])
    assert not verdict.loudness
    assert verdict.arousal > 0.5


def test_a_verdict_does_not_depend_on_its_neighbours_nor_change(judge, piece):
    one, other = piece(1, 50), piece(4, 51)
    assert judge.judge([one, other])[1] == judge.judge([other])[0]


def test_a_later_fit_from_the_cache_judges_the_same(judge, piece, corpus, cache):
    again = Judge.fit(corpus, cache)
    assert again.accuracy == judge.accuracy
    assert again.judge([piece(2, 7)]) == judge.judge([piece(2, 7)])


def test_the_key_does_not_matter_but_the_mode_does(judge, piece):
    valences = [judge.judge([piece(4, 5, shift=shift)])[0].valence for shift in (-2, 0, 3)]
    assert min(valences) > 0.5
    assert np.ptp(valences) < 0.3


def test_long_pieces_are_judged_in_parts(judge, piece):
    short, long = judge.judge([piece(2, 3, bars=16), piece(2, 3, bars=64)])
    assert short.quadrant == long.quadrant == "Q2"


def test_nothing_to_judge_is_one_line(judge):
    with pytest.raises(DataError, match="score 1: there is no pitched note in it to judge"):
        judge.judge([Score(480)])


def test_accuracy_is_measured_on_unseen_songs_with_an_interval(judge):
    accuracy = judge.accuracy
    assert (accuracy.clips, accuracy.songs) == (48, 24)
    assert accuracy.quadrant.low <= accuracy.quadrant.value <= accuracy.quadrant.high
    assert accuracy.quadrant.value > 0.8
    assert "by song" in accuracy.how


def test_accuracy_without_loudness_is_measured_apart(judge):
    assert "notes alone" in judge.accuracy_of_notes.how
    assert judge.accuracy_of_notes.arousal.value > 0.8
