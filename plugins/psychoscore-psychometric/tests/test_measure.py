"""Measuring scores bar by bar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from symusic import Note, Score, TimeSignature, Track

from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.psychometric import PsychometricEncoder

TPQ = 480
CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data"


def score_of(notes, signatures=(), tpq=TPQ, drums=()) -> Score:
    """Notes are (quarter, pitch, velocity), signatures (quarter, numerator, denominator)."""
    score = Score(tpq)
    for part, is_drum in ((notes, False), (drums, True)):
        track = Track(is_drum=is_drum)
        for quarter, pitch, velocity in part:
            track.notes.append(Note(round(quarter * tpq), tpq // 2, pitch, velocity))
        score.tracks.append(track)
    for quarter, numerator, denominator in signatures:
        score.time_signatures.append(TimeSignature(round(quarter * tpq), numerator, denominator))
    return score


def measure(score: Score, max_bars: int = 4096) -> list[tuple[float, ...]]:
    return list(PsychometricEncoder(PsychometricConfig(max_bars=max_bars)).measure(score))


def density(score: Score) -> list[float]:
    return [bar[0] * 32 for bar in measure(score)]


def test_a_bar_has_the_means_of_its_notes():
    assert measure(score_of([(0, 60, 40), (1, 64, 80), (2, 68, 120)])) == [
        pytest.approx((3 / 32, 64 / 127, 80 / 127, 1))
    ]


def test_a_chord_is_one_onset():
    assert density(score_of([(0, 60, 80), (0, 64, 80), (0, 67, 80), (1, 60, 80)])) == [2]


def test_a_chord_not_quite_together_is_one_onset():
    assert density(score_of([(0, 60, 80), (0.03, 64, 80), (0.05, 67, 80)])) == [1]


def test_a_note_just_before_the_bar_line_belongs_to_the_next_bar():
    assert density(score_of([(0, 60, 80), (3.99, 64, 80)])) == [1, 1]


def test_a_note_on_the_last_position_of_a_bar_belongs_to_it():
    assert density(score_of([(95 / 24, 64, 80)], tpq=24)) == [1]


def test_density_is_at_most_one():
    assert measure(score_of([(n / 16, 60, 80) for n in range(32)], [(0, 8, 1)]))[0][0] <= 1


def test_an_empty_bar_carries_register_and_dynamics():
    bars = measure(score_of([(0, 50, 90), (9, 70, 30)]))
    assert [bar[:3] for bar in bars[:2]] == [(1 / 32, 50 / 127, 90 / 127), (0, 50 / 127, 90 / 127)]


def test_empty_bars_at_the_start_are_neutral():
    assert measure(score_of([(8, 50, 90)]))[0][:3] == (0, 0.5, 0.5)


def test_remaining_counts_down_to_the_bar_of_the_last_onset():
    assert [bar[3] for bar in measure(score_of([(0, 60, 80), (13, 60, 80)]))] == [1 / 4, 1 / 3, 1 / 2, 1]


def test_drums_count_but_have_no_register():
    bar = measure(score_of([(0, 60, 80)], drums=[(1, 36, 120)]))[0]
    assert bar[:3] == pytest.approx((2 / 32, 60 / 127, 100 / 127))


def test_drums_alone_leave_the_register_neutral():
    assert measure(score_of([], drums=[(0, 36, 100)]))[0][1] == 0.5


@pytest.mark.parametrize("score", [score_of([]), Score(480)])
def test_a_score_without_notes_has_no_bars(score):
    assert measure(score) == []


def test_three_four_has_bars_of_three_quarters():
    assert density(score_of([(q, 60, 80) for q in range(9)], [(0, 3, 4)])) == [3, 3, 3]


def test_six_eight_has_bars_of_three_quarters():
    assert density(score_of([(q / 2, 60, 80) for q in range(12)], [(0, 6, 8)])) == [6, 6]


def test_a_change_of_signature_changes_the_bars_after_it():
    assert density(score_of([(q, 60, 80) for q in range(10)], [(0, 4, 4), (4, 3, 4)])) == [4, 3, 3]


def test_a_change_within_a_bar_begins_a_bar():
    assert density(score_of([(q, 60, 80) for q in range(6)], [(0, 4, 4), (2, 4, 4)])) == [2, 4]


def test_a_late_first_signature_follows_common_time():
    assert density(score_of([(q, 60, 80) for q in range(10)], [(4, 3, 4)])) == [4, 3, 3]


def test_of_two_signatures_at_once_the_last_counts():
    assert density(score_of([(q, 60, 80) for q in range(4)], [(0, 4, 4), (0, 2, 4)])) == [2, 2]


def test_an_impossible_signature_is_passed_over():
    assert density(score_of([(q, 60, 80) for q in range(8)], [(0, 0, 4), (1, 4, 0)])) == [4, 4]


def test_signatures_out_of_order_are_ordered():
    assert density(score_of([(q, 60, 80) for q in range(10)], [(4, 3, 4), (0, 4, 4)])) == [4, 3, 3]


@pytest.mark.parametrize("tpq", [1, 4, 96, 220, 32767])
def test_any_resolution_gives_the_same_bars(tpq):
    assert density(score_of([(q, 60, 80) for q in range(8)], tpq=tpq)) == [4, 4]


def test_more_bars_than_allowed_are_cut():
    bars = measure(score_of([(q, 60 if q < 8 else 90, 80) for q in range(40)]), max_bars=2)
    assert [bar[1] for bar in bars] == [60 / 127] * 2


def test_an_absurd_length_is_cut():
    score = Score(1)
    track = Track()
    track.notes.append(Note(0, 1, 60, 80))
    track.notes.append(Note(2**31 - 2, 1, 60, 80))
    score.tracks.append(track)
    score.time_signatures.append(TimeSignature(0, 1, 64))
    assert len(measure(score)) == 4096


def test_every_number_lies_in_0_to_1():
    rng = np.random.default_rng(0)
    notes = [
        (float(q), int(p), int(v))
        for q, p, v in zip(rng.uniform(0, 200, 900), rng.integers(0, 128, 900), rng.integers(0, 128, 900), strict=True)
    ]
    assert all(0 <= x <= 1 for bar in measure(score_of(notes, [(3, 5, 8), (40, 7, 16), (90, 2, 2)])) for x in bar)


@pytest.mark.corpus
def test_real_pieces_have_a_condition_for_every_bar():
    files = sorted(CORPORA.rglob("*.mid"))[:400:8]
    if not files:
        pytest.skip(f"no corpora at {CORPORA}")
    measured = 0
    for path in files:
        bars = measure(Score(path))
        measured += len(bars)
        assert all(0 <= x <= 1 for bar in bars for x in bar)
    assert measured > len(files)
