"""Figures of music on scores whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from symusic import Note, Score, Track

from psychoscore_core.records import BarPlan, Plan
from psychoscore_evaluation.music import FIGURES, figures, groove, pitch_entropy, stuck_bars, tension_curves
from psychoscore_hearing.music import hear

PLAN = Plan(key="C", mode="Ionian", tempo=120, bars=(BarPlan(chord="C"),) * 4)


def score(*bars: list[tuple[float, int, float]]) -> Score:
    """Return bars of (quarter, pitch, length in quarters)."""
    made, track = Score(480), Track("", 0, False)
    for index, bar in enumerate(bars):
        notes = [Note(round(480 * (4 * index + at)), round(480 * length), pitch, 80) for at, pitch, length in bar]
        track.notes.extend(notes)
    made.tracks.append(track)
    return made


TRIAD = [(0.0, 60, 1.0), (1.0, 64, 1.0), (2.0, 67, 2.0)]


def test_chord_tones_on_strong_beats_count():
    clash = [(0.0, 61, 1.0), (1.0, 66, 1.0), (2.0, 67, 2.0)]
    found = figures(score(TRIAD, TRIAD, TRIAD, clash), PLAN)
    assert found["strong_beats_in_chord"] == pytest.approx(7 / 8)
    assert found["in_scale"] == pytest.approx(10 / 12)


def test_a_piece_of_the_planned_length_is_exact():
    assert figures(score(TRIAD, TRIAD, TRIAD, TRIAD), PLAN)["exact_length"] == 1
    assert figures(score(TRIAD, TRIAD, TRIAD), PLAN)["exact_length"] == 0
    assert figures(score(TRIAD, TRIAD, [], [(0.0, 60, 8.0)]), PLAN)["exact_length"] == 0


def test_silent_bars_are_empty_and_held_ones_are_not():
    held = [(0.0, 60, 8.0)]
    assert figures(score(held, [], [], TRIAD), PLAN)["empty_bars"] == 0.25
    assert figures(score(TRIAD), PLAN)["empty_bars"] == 0.75
    assert figures(score(TRIAD), PLAN)["notes_per_bar"] == 0.75


def test_a_third_equal_bar_is_stuck():
    assert stuck_bars(hear(score(TRIAD, TRIAD, TRIAD, [(0.0, 62, 1.0)]))) == 0.5
    assert stuck_bars(hear(score(TRIAD, [], [], [], TRIAD))) == 0


def test_entropy_of_one_and_of_two_pitch_classes():
    assert pitch_entropy(hear(score([(0.0, 60, 1.0)])), 1) == 0
    assert pitch_entropy(hear(score([(0.0, 60, 1.0), (1.0, 67, 1.0)])), 1) == 1
    assert np.isnan(pitch_entropy(hear(score(TRIAD)), 4))


def test_groove_counts_sixteenths_that_agree():
    assert groove(hear(score(TRIAD, TRIAD))) == 1
    assert groove(hear(score(TRIAD, [(0.0, 60, 1.0), (2.0, 60, 1.0)]))) == pytest.approx(15 / 16)


def test_tension_is_set_beside_the_plan():
    plan = evolve(
        PLAN, bars=tuple(evolve(bar, tension=t) for bar, t in zip(PLAN.bars, (0.1, 0.1, 0.9, 0.9), strict=True))
    )
    strained = [(0.0, 61, 1.0), (0.0, 66, 1.0), (0.0, 71, 1.0), (2.0, 68, 2.0)]
    music = score(TRIAD, TRIAD, strained, strained)
    assert figures(music, plan)["harmonic_tension"] > 0.9
    assert tension_curves(music, plan)["planned"].tolist() == [0.1, 0.1, 0.9, 0.9]


def test_a_flat_plan_has_no_correlation():
    assert np.isnan(figures(score(TRIAD, TRIAD, TRIAD, TRIAD), PLAN)["harmonic_tension"])


@pytest.mark.parametrize("music", [Score(480), score(TRIAD)])
def test_every_figure_is_there_for_any_score(music):
    assert list(figures(music)) == list(FIGURES)
    assert list(figures(music, PLAN)) == list(FIGURES)
