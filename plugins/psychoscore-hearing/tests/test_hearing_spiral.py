"""The spiral array: its points, centres and the ribbons of tension."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_hearing import spiral
from psychoscore_hearing.music import hear

TRIAD, DIMINISHED, CLUSTER = (0, 4, 7), (11, 2, 5), (0, 1, 2, 3, 4)


def _points(pitch_classes, tonic=0):
    return spiral.position(spiral.spell(np.array(pitch_classes), tonic))


def test_a_pitch_is_a_point_of_the_helix():
    rise = (2 / 15) ** 0.5
    assert spiral.position(0) == pytest.approx([0, 1, 0])
    assert spiral.position(1) == pytest.approx([1, 0, rise])
    assert spiral.position([-2, 4]) == pytest.approx(np.array([[0, -1, -2 * rise], [0, 1, 4 * rise]]))


def test_a_major_third_is_as_far_as_a_minor_one_and_a_fifth_nearly():
    fifth, third = np.linalg.norm(spiral.position(1) - spiral.position(0)), 4 * spiral.RISE
    assert third == pytest.approx(fifth)  # what h = sqrt(2/15) is chosen for


def test_pitch_classes_are_spelt_from_the_tonic():
    assert spiral.spell(np.arange(12), 0).tolist() == [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5]
    assert spiral.spell(np.array([7, 6]), 7).tolist() == [0, 5]


def test_a_chords_centre_weights_root_fifth_and_third():
    expected = 0.536 * spiral.position(0) + 0.274 * spiral.position(1) + 0.19 * spiral.position(4)
    assert spiral.chord_centre(0) == pytest.approx(expected)
    minor = 0.536 * spiral.position(0) + 0.274 * spiral.position(1) + 0.19 * spiral.position(-3)
    assert spiral.chord_centre(0, minor=True) == pytest.approx(minor)


def test_a_keys_centre_is_nearest_to_its_own_tonic_triad():
    for minor in (False, True):
        key = spiral.key_centre(0, minor)
        strains = [spiral.tensile_strain(spiral.chord_centre(root, minor), key) for root in range(-5, 7)]
        assert int(np.argmin(strains)) == 5


def test_diameter_grows_from_triad_to_diminished_triad_to_cluster():
    diameters = [spiral.cloud_diameter(_points(chord)) for chord in (TRIAD, DIMINISHED, CLUSTER)]
    assert diameters == sorted(diameters)
    assert diameters[0] == pytest.approx(3.2**0.5)  # C-E at 4 h, G-E at 3 fifths: sqrt(2 + 9 h^2) = sqrt(3.2)


def test_one_pitch_has_no_diameter():
    assert spiral.cloud_diameter(_points((0,))) == 0


def test_strain_grows_with_the_distance_on_the_circle_of_fifths():
    key = spiral.key_centre(0)
    strains = [spiral.tensile_strain(spiral.key_centre(steps), key) for steps in range(7)]
    assert strains[0] == pytest.approx(0)
    assert all(later > earlier for earlier, later in zip(strains, strains[2:], strict=False))


def test_momentum_is_the_way_from_centre_to_centre():
    centres = np.array([[0, 0, 0], [3, 4, 0], [3, 4, 2.0]])
    assert spiral.cloud_momentum(centres).tolist() == [0, 5, 2]


def test_the_centre_of_effect_is_the_weighted_mean():
    assert spiral.centre_of_effect(np.array([[0, 0, 0], [4, 0, 0.0]]), [3, 1]).tolist() == [1, 0, 0]


def test_ribbons_of_a_score_are_those_of_its_chords(build, chord):
    music = hear(build(chord(0, 2, 48, 52, 55) + chord(2, 2, 55, 59, 62)), "C", "Ionian")
    tonic, dominant = (spiral.centre_of_effect(_points(notes)) for notes in ((0, 4, 7), (7, 11, 2)))
    key = spiral.key_centre(0)
    diameter, momentum, strain = spiral.tension_ribbons(music)
    assert diameter == pytest.approx([3.2**0.5] * 2)
    assert momentum == pytest.approx([0, np.linalg.norm(dominant - tonic)])
    assert strain == pytest.approx([np.linalg.norm(tonic - key), np.linalg.norm(dominant - key)])


def test_ribbons_are_not_a_number_where_nothing_sounds(build):
    ribbons = spiral.tension_ribbons(hear(build([(2, 1, 60), (8, 1, 60)])))
    for ribbon in ribbons:
        assert np.isnan(ribbon).tolist() == [True, False, True, True, False, True]


@pytest.mark.parametrize("up", [1, 5, 7, 11])
def test_ribbons_stay_when_music_and_key_are_transposed(build, up):
    from psychoscore_core.records import KEYS

    notes = [(beat, 1, pitch) for beat, pitch in enumerate((60, 64, 66, 59, 71, 58, 49, 62))]
    here = spiral.tension_ribbons(hear(build(notes), "C", "Aeolian"))
    there = spiral.tension_ribbons(hear(build([(o, d, p + up) for o, d, p in notes]), KEYS[up], "Aeolian"))
    for ribbon, transposed in zip(here, there, strict=True):
        assert ribbon == pytest.approx(transposed)


def test_a_change_of_key_alone_moves_no_centre(build, chord):
    music = hear(build(chord(0, 4, 48, 52, 55) + chord(4, 4, 48, 52, 55)))
    momentum = spiral.tension_ribbons(music.in_keys([("C", "Ionian"), ("G", "Ionian")]))[1]
    assert momentum == pytest.approx(0, abs=1e-9)
