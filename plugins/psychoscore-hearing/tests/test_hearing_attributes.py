"""Attributes of whole scores, in the units that the core names."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from symusic import Note, Score, TimeSignature, Track

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.records import KEYS, MODES, SCALES
from psychoscore_hearing.attributes import attributes_of, felt_tension_curve, tension_curve
from psychoscore_hearing.bars import bar_table


def test_every_attribute_is_measured(build):
    assert list(attributes_of(build([(0, 1, 60)]))) == list(ATTRIBUTES)


def test_attributes_of_known_notes(build):
    notes = [(0, 1, 60, 40), (1, 0.5, 64, 80), (2, 1, 66, 80), (3, 1, 66, 40)]
    found = attributes_of(build(notes, tempos=[(0, 90)]), "C", "Ionian")
    expected = {
        "tempo": 90, "density": 4, "irregularity": 0, "articulation": 2.5 / 3, "dynamics": 60, "contrast": 20,
        "register": 64, "span": 6**0.5, "polyphony": 1, "chromaticism": 0.5, "repetition": 0,
        "brightness": (0 + 4 / 2 + 6 + 6) / 3.5,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("mode", "place"), [("Lydian", 3), ("Ionian", 2), ("Aeolian", -1), ("Locrian", -3)])
def test_an_even_scale_has_its_modes_brightness(build, mode, place):
    notes = [(step, 1, 62 + above) for step, above in enumerate(SCALES[mode])]
    found = attributes_of(build(notes), "D", mode)
    assert found["brightness"] == pytest.approx(place)
    assert found["chromaticism"] == 0


def test_tempo_is_weighted_by_how_long_it_holds(build):
    score = build([(0, 4, 60), (4, 4, 60)], tempos=[(0, 60), (4, 120)])
    assert attributes_of(score)["tempo"] == pytest.approx(8 / 6 * 60, rel=1e-4)


def test_a_score_without_notes_is_neutral(build):
    found = attributes_of(build(tempos=[(0, 77)]), "C", "Mixolydian")
    assert found == pytest.approx(
        dict.fromkeys(ATTRIBUTES, 0.0)
        | {"tempo": 77, "brightness": 1, "articulation": 0.8, "dynamics": 63.5, "register": 63.5},
        rel=1e-4,
    )


def test_drums_alone_have_rhythm_and_loudness(build):
    found = attributes_of(build(drums=[(0, 1, 36, 100), (1, 1, 36, 80)]))
    assert (found["density"], found["dynamics"], found["contrast"]) == (2, 90, 10)
    assert (found["polyphony"], found["strain"], found["brightness"]) == (0, 0, 2)


def test_transposed_music_in_its_key_changes_register_alone(build):
    notes = [(step / 2, 0.5, 60 + pitch) for step, pitch in enumerate((0, 4, 7, 6, 5, 1, 2, 0, 11, 12))]
    here = attributes_of(build(notes), "C", "Ionian")
    there = attributes_of(build([(o, d, p + 5) for o, d, p in notes]), "F", "Ionian")
    assert there.pop("register") == here.pop("register") + 5
    assert there == pytest.approx(here)


def test_curves_have_a_value_a_bar(build):
    score = build([(0, 1, 60), (9, 1, 66)])
    assert len(tension_curve(score, "C")) == len(felt_tension_curve(score, "C")) == 3


_NOTES = some.lists(
    some.tuples(some.integers(0, 60000), some.integers(0, 10**9), some.integers(0, 127), some.integers(0, 127)),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(
    notes=_NOTES,
    drums=_NOTES,
    tpq=some.sampled_from([1, 3, 480, 32767]),
    meter=some.tuples(some.integers(0, 255), some.sampled_from([0, 1, 2, 4, 8, 64, 128])),
    key=some.sampled_from([None, *KEYS]),
    mode=some.sampled_from([None, *MODES]),
)
def test_any_score_has_finite_attributes_and_bars_in_range(notes, drums, tpq, meter, key, mode):
    score = Score(tpq)
    for drum, part in ((False, notes), (True, drums)):
        score.tracks.append(Track("", 0, drum))
        score.tracks[-1].notes.extend([Note(*note) for note in part])
    score.time_signatures.append(TimeSignature(0, *meter))
    found = attributes_of(score, key, mode)
    assert all(math.isfinite(value) for value in found.values())
    assert 0 <= found["articulation"] <= 1 and 0 <= found["repetition"] <= 1 + 1e-6
    table = bar_table(score, max_bars=64)
    assert len(table) <= 64
    for name in ("density", "articulation", "polyphony", "irregularity", "chromaticism", "tension"):
        assert ((getattr(table, name) >= 0) & (getattr(table, name) <= 1)).all(), name
