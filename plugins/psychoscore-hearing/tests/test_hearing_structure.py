"""Likeness of bars, repetition, repeats and sections."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_hearing import structure
from psychoscore_hearing.music import hear

SCALE, SHAKE, LOW = (60, 62, 64, 65), (71, 70, 71, 70, 71, 70, 71, 70), (49, 51, 54)


def _bars(*patterns):
    return [
        (4 * bar + 4 * step / len(pattern), 4 / len(pattern), pitch)
        for bar, pattern in enumerate(patterns)
        for step, pitch in enumerate(pattern)
    ]


def _music(build, *patterns):
    return hear(build(_bars(*patterns)))


def test_the_same_bar_is_alike_and_a_foreign_one_is_not(build):
    likeness = structure.bar_likeness(_music(build, SCALE, LOW, SCALE))
    assert likeness[0, 2] == pytest.approx(1)
    assert likeness[0, 1] < 0.3
    assert np.allclose(likeness, likeness.T)
    assert np.allclose(np.diag(likeness), 1)


def test_the_same_rhythm_on_other_notes_is_half_way(build):
    assert structure.bar_likeness(_music(build, SCALE, (61, 63, 66, 68)))[0, 1] == pytest.approx(structure.RHYTHM)


def test_repetition_is_the_mean_of_the_best_likeness_before(build):
    assert structure.repetition(_music(build, SCALE, SCALE, SCALE)) == pytest.approx(1)
    other = structure.bar_likeness(_music(build, SCALE, LOW))[0, 1]
    assert structure.repetition(_music(build, SCALE, LOW, SCALE)) == pytest.approx((other + 1) / 2)


def test_one_bar_repeats_nothing(build):
    assert structure.repetition(_music(build, SCALE)) == 0
    assert structure.repetition(hear(build())) == 0


def test_repeats_name_the_first_bar_that_is_taken_up(build):
    assert structure.repeats(_music(build, SCALE, LOW, SCALE, LOW, SCALE)).tolist() == [-1, -1, 0, 1, 0]


def test_silent_bars_are_no_repeats(build):
    assert structure.repeats(_music(build, SCALE, (), (), SCALE)).tolist() == [-1, -1, -1, 0]


def test_sections_are_blocks_that_come_back(build):
    a, b = [SCALE] * 4, [SHAKE] * 4
    assert structure.sections(_music(build, *a, *b, *a)).tolist() == [0] * 4 + [1] * 4 + [0] * 4


def test_long_pieces_are_heard_in_blocks_of_eight(build):
    a, b = [SCALE, LOW] * 4, [SHAKE] * 8
    assert structure.sections(_music(build, *a, *b, *a, *a, *b, *b)).tolist()[::8] == [0, 1, 0, 0, 1, 1]


def test_a_last_block_that_is_short_is_compared_as_far_as_it_goes(build):
    assert structure.sections(_music(build, *[SCALE] * 4, SHAKE, SHAKE)).tolist() == [0] * 4 + [1] * 2
    assert structure.sections(_music(build, *[SCALE] * 6)).tolist() == [0] * 6


def test_drums_have_no_likeness_to_offer(build):
    music = hear(build(drums=_bars(SCALE, SCALE)))
    assert structure.repetition(music) == 0
    assert structure.repeats(music).tolist() == [-1, -1]
