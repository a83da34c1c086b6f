"""The 128 numbers of a row: named, causal, the same in pieces, and right where it is known what they must be."""

import numpy as np
import pytest

from psychoscore_emotion.features import FeatureStream, features_of
from psychoscore_emotion.names import FEATURES, HOP, RATE


def column(rows, name):
    return rows[:, FEATURES.index(name)]


def test_there_are_128_and_each_has_a_name():
    assert len(FEATURES) == len(set(FEATURES)) == 128
    assert features_of(np.zeros(RATE)).shape == (25, 128)


@pytest.mark.parametrize("most", [100, 882, 5000])
def test_pieces_give_what_the_whole_gives(most, make_tones):
    sound = make_tones([(0.1 * k, 50 + k, 1.0) for k in range(30)], 4)
    draw, stream, rows, start = np.random.default_rng(most), FeatureStream(), [], 0
    while start < len(sound):
        size = int(draw.integers(1, most))
        rows.append(stream.push(sound[start : start + size]))
        start += size
    assert np.abs(np.concatenate(rows) - features_of(sound)).max() < 1e-6


def test_what_comes_later_changes_no_row(make_tones):
    sound = make_tones([(0, 60, 1.0), (1, 64, 1.0)], 3)
    later = sound.copy()
    later[40 * HOP :] = 0.5
    assert np.array_equal(features_of(sound)[:40], features_of(later)[:40])


@pytest.mark.parametrize("sound", [np.zeros(RATE), np.ones(RATE), np.eye(1, RATE)[0]], ids=["silence", "dc", "click"])
def test_every_sound_gives_finite_numbers(sound):
    assert np.isfinite(features_of(sound)).all()


def test_a_full_scale_sine_is_minus_3_db():
    rows = features_of(np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE))
    assert column(rows, "rms")[-1] == pytest.approx(-3.01, abs=0.05)
    assert column(rows, "crest")[-1] == pytest.approx(3.01, abs=0.05)
    assert column(rows, "centroid")[-1] == pytest.approx(1.0, abs=0.01)


def test_ten_decibels_move_every_level_by_ten(make_tones):
    sound = make_tones([(0.2 * k, 60, 1.0) for k in range(10)], 2, level=0.03)
    low, high = features_of(sound), features_of(sound * 10**0.5)
    for name in ("loudness", "rms", "loudness.1s", "loudness.4s", "mel.20"):
        assert (column(high, name) - column(low, name))[5:] == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(("pitch", "name"), [(60, "c"), (69, "a"), (66, "f_sharp")])
def test_a_tone_sounds_in_its_pitch_class(pitch, name, make_tones):
    rows = features_of(make_tones([(0, pitch, 1.0)], 1))
    classes = FEATURES[84:96]
    assert classes[int(rows[12, 84:96].argmax())] == f"chroma.{name}"


def test_major_and_minor_are_told_apart(make_tones):
    def mode(third):
        chords = [(0, third, 7), (5, 5 + third, 12), (7, 11, 14), (0, third, 7)]
        notes = [(0.5 * k, 60 + step, 1.0) for k in range(8) for step in chords[k % 4]]
        return column(features_of(make_tones(notes, 4)), "tonality.mode")[-1]

    assert mode(4) > 0 > mode(3)


def test_onsets_are_where_the_notes_begin(make_tones):
    rows = features_of(make_tones([(1.0, 60, 1.0)], 2))
    assert abs(int(column(rows, "onset").argmax()) - 25) <= 1


def test_a_pulse_of_100_a_minute_is_heard_as_one(make_tones):
    rows = features_of(make_tones([(0.6 * k, 60, 1.0) for k in range(20)], 12))
    pulses = {name: column(rows, name)[-1] for name in FEATURES if name.startswith("pulse.")}
    assert max(pulses, key=pulses.get) == "pulse.100"
