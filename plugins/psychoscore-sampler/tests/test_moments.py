"""Weights of tokens that are events in time."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.stages.tokenize import Meaning, Sounded
from psychoscore_sampler.steering.moments import LATE, onset_at, onset_grid, read_moment, weights_of_moments
from psychoscore_sampler.steering.rhythm import FULL, Polyphony
from psychoscore_sampler.steering.script import Script

NEVER = -np.inf
GRID = np.array([0, 6, 12, 18])  # a bar of a quarter


def weights_here(here, weights, leave):
    return weights_of_moments(GRID, np.array(weights, float), leave, here, 24)


@pytest.mark.parametrize(("moment", "latest", "onset"), [(0, -1, 0), (14, 12, 12), (15, 12, 15), (11, 12, 11)])
def test_notes_begin_together_within_a_thirty_second(moment, latest, onset):
    assert onset_at(moment, latest) == onset


def test_onsets_go_on_from_the_latest_one_in_sixteenths():
    assert onset_grid(-1, 24).onsets.tolist() == [0, 6, 12, 18] and onset_grid(13, 24).onsets.tolist() == [13, 19]


def test_a_note_weighs_as_the_onset_nearest_to_it():
    assert [weights_here(at, [1, 2, 3, 4], NEVER)[0] for at in (0, 2, 3, 8, 9, 23)] == [1, 1, 2, 2, 3, 4]


def test_a_wait_weighs_as_the_best_onset_it_leaves_in_reach():
    ahead = weights_here(0, [1, 5, 2, NEVER], NEVER)[1]
    assert [ahead[at] for at in (0, 6, 9, 14, 15, 23)] == [5, 5, 2, 2, NEVER, NEVER]


def test_a_wait_weighs_as_leaving_where_that_is_better():
    assert weights_here(0, [1, -5, -5, -5], 0.0)[1][[0, 6, -1]].tolist() == [1, 0, 0]


def test_a_meaning_that_says_less_is_refused():
    with pytest.raises(ValueError, match=r"a moment tells of duration, velocity and pitch, not of \['pitch'\]"):
        read_moment(Meaning("moment", GRID, Meaning("pitch", GRID)))


def test_ends_gain_while_too_many_notes_sound_the_oldest_most():
    polyphony = Polyphony(True, 12)
    polyphony.aim(4.0)
    polyphony.heard(6)
    assert polyphony.endings(np.array([24, 48])).tolist() == [2, 3]
    polyphony.heard(3)
    assert polyphony.endings(np.array([24, 48])).tolist() == [-1, -1]


def test_a_note_loses_where_as_many_sound_as_may():
    polyphony = Polyphony(True, 6)
    polyphony.heard(5)
    before = polyphony.too_many()
    polyphony.heard(6)
    assert (before, polyphony.too_many()) == (0, FULL)


def test_the_next_bar_is_entered_early():
    ahead = weights_here(0, [0, 0, 0, 0], 0.0)[1]
    assert ahead[24] == 0 and ahead[36] == -2 * LATE


def test_a_note_comes_at_once_where_too_little_room_is_left():
    note, ahead = weights_here(20, [0, 0, NEVER, NEVER], NEVER)
    assert note == 0 and np.isneginf(ahead[20:]).all()


def test_a_loose_script_knows_onsets_that_nearly_are_its_own():
    note = Sounded(0.0, "accompaniment", 60, 1.0, 80)
    script = Script([(0, note), (24, note)], within=2)
    assert script.at(22) and not script.at(21)
    assert (script.after(-1), script.after(1), script.after(22)) == (0, 24, None)


def test_a_strict_one_does_not():
    note = Sounded(0.0, "accompaniment", 60, 1.0, 80)
    script = Script([(0, note), (24, note)])
    assert not script.at(23) and script.after(23) == 24
