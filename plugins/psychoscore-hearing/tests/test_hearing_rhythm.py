"""Onsets: attacks, irregularity, articulation and polyphony."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_hearing import rhythm
from psychoscore_hearing.music import hear


def _line(*durations):
    return [(sum(durations[:index]), duration, 60) for index, duration in enumerate(durations)]


def test_a_chord_not_quite_together_is_one_attack(build):
    music = hear(build([(0, 1, 60), (0.04, 1, 64), (1, 1, 60), (1.5, 1, 64)]))
    assert rhythm.attacks_a_bar(music).tolist() == [3]


def test_drums_count_as_attacks(build):
    assert rhythm.attacks_a_bar(hear(build([(0, 1, 60)], drums=[(0, 1, 36), (1, 1, 38)]))).tolist() == [2]


def test_even_onsets_are_not_irregular(build):
    music = hear(build(_line(*[1] * 8)))
    assert rhythm.irregularity(music) == 0
    assert rhythm.bar_irregularity(music).tolist() == [0, 0]


def test_irregularity_is_the_entropy_of_the_intervals(build):
    music = hear(build(_line(1, 1, 0.5, 1.5)))  # sixteenths 4, 4, 2 and to the bar line 6
    assert rhythm.bar_irregularity(music) == pytest.approx([1.5])
    assert rhythm.irregularity(music) == pytest.approx(np.log2(3) - 2 / 3)  # 4, 4, 2 between onsets


def test_rests_longer_than_a_whole_note_are_alike(build):
    assert rhythm.irregularity(hear(build([(0, 1, 60), (5, 1, 60), (12, 1, 60)]))) == 0


def test_articulation_is_the_sounding_share_of_the_time_to_the_next_onset(build):
    notes, ratios = rhythm.articulation(hear(build([(0, 0.5, 60), (1, 1, 62), (2, 3, 64), (3, 1, 65)])))
    assert notes.tolist() == [0, 1, 2]
    assert ratios.tolist() == [0.5, 1, 1]


def test_tracks_articulate_apart_and_chords_together(build, chord):
    music = hear(build([*chord(0, 1, 60, 64), (2, 1, 60)], [(1, 1, 40), (3, 1, 40)]))
    assert rhythm.articulation(music)[1].tolist() == [0.5, 0.5, 0.5]


def test_a_rest_of_bars_counts_as_one_bar(build):
    assert rhythm.articulation(hear(build([(0, 2, 60), (40, 1, 60)])))[1].tolist() == [0.5]


def test_polyphony_counts_what_sounds_at_each_attack(build, chord):
    bar, counts = rhythm.polyphony(hear(build([(0, 4, 40)], [*chord(0, 1, 60, 64), (1, 1, 65), (4, 1, 67)])))
    assert bar.tolist() == [0, 0, 1]
    assert counts.tolist() == [3, 2, 1]


def test_a_slight_overlap_is_not_polyphony(build):
    assert rhythm.polyphony(hear(build([(0, 1.05, 60), (1, 1, 62)])))[1].tolist() == [1, 1]
