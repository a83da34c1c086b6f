"""The cloud of half a bar: what it aims at, and what a pitch weighs against that; the script of a bar taken up."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import BarPlan, Plan
from psychoscore_core.stages.tokenize import Sounded
from psychoscore_sampler.steering.bars import bars_of
from psychoscore_sampler.steering.cloud import Cloud, goals_of
from psychoscore_sampler.steering.script import Script

C, E, G, F_SHARP = 60, 64, 67, 66


def bars(*chords: str, tensions=None, mode="Ionian"):
    tensions = tensions or [0.5] * len(chords)
    planned = tuple(BarPlan(chord=chord, tension=t) for chord, t in zip(chords, tensions, strict=True))
    return bars_of(Plan(key="C", mode=mode, tempo=100.0, bars=planned))


def strains(*chords: str, **options) -> list[float]:
    return [goal.strain for halves in goals_of(bars(*chords, **options)) for goal in halves]


def test_the_tonic_rests_and_far_chords_strain():
    home, dominant, far = strains("C", "G", "Db")[::2]
    assert home < dominant < far


def test_a_flat_curve_leaves_every_chord_its_own_strain():
    assert strains("C", "G", tensions=[0.3, 0.3]) == strains("C", "G", tensions=[0.8, 0.8])


def test_two_chords_of_a_bar_are_two_goals():
    first, second = strains("C Db")
    assert second > first + 0.3


def test_the_curve_moves_the_goals_and_keeps_their_mean():
    chords, curve = ("C", "F", "G", "Db"), [0.2, 0.6, 0.4, 0.8]
    own, moved = np.array(strains(*chords)), np.array(strains(*chords, tensions=curve))
    assert moved.mean() == pytest.approx(own.mean(), abs=0.05)
    assert np.corrcoef(moved[::2], curve)[0, 1] > np.corrcoef(own[::2], curve)[0, 1]


def test_without_chords_the_plan_alone_says_how_tense():
    calm, tense = strains("", "", tensions=[0.1, 0.9])[::2]
    assert calm < tense


def weights(*sounding: int, price=10.0) -> np.ndarray:
    cloud = Cloud(price, bars("C"))
    cloud.at(0, 0, 0)
    for pitch in sounding:
        cloud.note(0, 24, pitch)
    return cloud.weights()


def test_chord_tones_weigh_more_than_a_tritone():
    found = weights(C, E)
    assert found[G] > found[F_SHARP] + 1


def test_every_octave_weighs_the_same():
    found = weights(C)
    assert found[G] == found[G + 12] == found[G - 24]


def test_the_price_is_a_factor():
    assert weights(C, E, price=20.0) == pytest.approx(2 * weights(C, E))


def test_what_rings_on_belongs_to_the_next_half():
    cloud = Cloud(10.0, bars("C"))
    cloud.at(0, 0, 0)
    cloud.note(0, 96, F_SHARP)
    cloud.at(0, 0, 48)
    with_it = cloud.weights()
    fresh = Cloud(10.0, bars("C"))
    fresh.at(0, 0, 48)
    assert not np.allclose(with_it, fresh.weights())


def note(pitch: int) -> Sounded:
    return Sounded(0.0, "melody", pitch, 1.0, 80)


def test_a_script_gives_its_onsets_in_order():
    script = Script([(24, note(62)), (0, note(60)), (24, note(65))])
    assert (len(script), script.after(-1), script.after(0), script.after(24)) == (2, 0, 24, None)
    assert [one.pitch for one in script.at(24)] == [62, 65]


def test_an_empty_script_asks_for_nothing():
    assert not Script() and Script().after(-1) is None and Script().at(0) == ()
