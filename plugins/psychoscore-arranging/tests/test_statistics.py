"""The rater's counts, each on music small enough to count by hand."""

import math

import pytest
from symusic import Tempo

from psychoscore_arranging.plugin import StatisticsConfig
from psychoscore_arranging.statistics import SCALES, Statistics
from psychoscore_core.records import MODES


def rate(take):
    return Statistics(StatisticsConfig()).rate(take)


def test_notes_and_bars(make_take):
    found = rate(make_take([(0, 480, 60, 80), (480, 480, 64, 100), (3840, 480, 67, 90)], bars=4))
    assert (found["notes"], found["bars"], found["notes_per_bar"], found["empty_bars"]) == (3, 4, 0.75, 2)
    assert found["velocity_mean"] == 90


def test_notes_after_the_plan_add_bars(make_take):
    assert rate(make_take([(1920 * 5, 480, 60, 80)], bars=2))["bars"] == 6


def test_pitches(make_take):
    found = rate(make_take([(0, 480, 48, 80), (0, 480, 60, 80), (0, 480, 75, 80)]))
    assert (found["pitch_low"], found["pitch_high"], found["pitch_mean"]) == (48, 75, 61)
    assert found["in_scale"] == pytest.approx(2 / 3)


def test_pitch_class_entropy_is_in_bits(make_take):
    even = rate(make_take([(480 * i, 480, 60 + i, 80) for i in range(12)]))["pitch_class_entropy"]
    assert even == pytest.approx(math.log2(12))
    assert rate(make_take([(0, 480, 60, 80), (0, 480, 72, 80)]))["pitch_class_entropy"] == 0


def test_polyphony_counts_only_while_something_sounds(make_take):
    chord_rest_note = [(0, 480, 60, 80), (0, 480, 64, 80), (0, 480, 67, 80), (960, 480, 60, 80)]
    assert rate(make_take(chord_rest_note))["polyphony_mean"] == 2.0
    overlapping = [(0, 960, 60, 80), (480, 960, 64, 80)]
    assert rate(make_take(overlapping))["polyphony_mean"] == pytest.approx(4 / 3)


def test_seconds_follow_the_tempo_changes(make_take):
    take = make_take([(0, 1920, 60, 80)], tempo=60.0)
    assert rate(take)["seconds"] == pytest.approx(4.0)
    take.score.tempos.extend([Tempo(0, 120.0), Tempo(960, 60.0)])
    assert rate(take)["seconds"] == pytest.approx(1.0 + 2.0)


def test_drums_are_no_pitches(make_take):
    take = make_take([(0, 480, 60, 80)], [(0, 480, 37, 80)])
    take.score.tracks[1].is_drum = True
    found = rate(take)
    assert (found["notes"], found["pitch_low"], found["in_scale"]) == (2, 60, 1)


@pytest.mark.parametrize("tracks", [[], [[]]])
def test_a_take_without_notes_is_all_zeros(make_take, tracks):
    found = rate(make_take(*tracks, bars=4))
    assert {name: value for name, value in found.items() if value} == {"bars": 4, "empty_bars": 4}


@pytest.mark.parametrize("mode", MODES)
def test_the_scale_of_a_mode_is_wholly_in_scale(make_take, mode):
    notes = [(480 * i, 480, 62 + step, 80) for i, step in enumerate(SCALES[mode])]
    assert rate(make_take(notes, key="D", mode=mode))["in_scale"] == 1


def test_the_scales_are_the_modes():
    assert SCALES["Dorian"] == (0, 2, 3, 5, 7, 9, 10)
    assert SCALES["Locrian"] == (0, 1, 3, 5, 6, 8, 10)
