"""Pitch and loudness are what they are, however the sound is cut into pieces."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_timbre.features import features_of
from psychoscore_timbre.loudness import loudness
from psychoscore_timbre.names import HOP, RATE
from psychoscore_timbre.scaling import hertz_to_midi, midi_to_hertz, scaled


def sine(hertz, seconds=1.0, level=1.0):
    return level * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)


@pytest.mark.parametrize("shape", ["saw", "sine"])
@pytest.mark.parametrize("pitch", [36, 48, 60, 72, 84, 88])
def test_a_tone_has_its_pitch(pitch, shape, make_tune):
    found = features_of([make_tune([pitch], 1.0, shape=shape)])
    away = np.abs(hertz_to_midi(found.hertz[found.voiced]) - pitch)
    assert found.voiced.mean() > 0.85
    assert away.max() < 0.5 and np.quantile(away, 0.9) < 0.1


@pytest.mark.parametrize("pitch", [50, 65, 80])
def test_a_tone_without_its_fundamental_has_its_pitch(pitch):
    time, hertz = np.arange(RATE) / RATE, float(midi_to_hertz(np.array(pitch)))
    found = features_of([0.2 * sum(np.sin(2 * np.pi * k * hertz * time) for k in (2, 3, 4))])
    assert np.abs(hertz_to_midi(found.hertz[found.voiced]) - pitch).max() < 0.25


def test_a_glide_is_followed():
    pitch = np.linspace(50, 74, RATE * 3)
    sound = 0.3 * np.sin(2 * np.pi * np.cumsum(midi_to_hertz(pitch)) / RATE)
    found = features_of([sound])
    assert found.voiced.mean() > 0.95
    assert np.abs(hertz_to_midi(found.hertz) - pitch[::HOP])[found.voiced].max() < 0.3


def test_a_leap_of_an_octave_is_no_error(make_tune):
    found = features_of([make_tune([48, 60, 48], 0.5)])
    for note, pitch in enumerate((48, 60, 48)):
        rows = slice(note * 25 + 3, note * 25 + 20)
        assert np.abs(hertz_to_midi(found.hertz[rows]) - pitch).max() < 0.25


def test_noise_and_silence_have_no_pitch():
    noise = 0.2 * np.random.default_rng(0).standard_normal(3 * RATE)
    assert features_of([noise]).voiced.mean() < 0.02
    assert not features_of([np.zeros(RATE)]).voiced.any()


def test_a_faint_hum_has_no_pitch():
    assert not features_of([sine(200, level=1e-4)]).voiced.any()


def test_rows_without_a_pitch_lie_between_those_that_have_one(make_tune):
    sound = np.concatenate([make_tune([60], 0.5), np.zeros(RATE), make_tune([72], 0.5)])
    found = features_of([sound])
    gap = hertz_to_midi(found.hertz[30:70])
    assert not found.voiced[30:70].any() and (np.diff(gap) > 0).all() and 60 < gap[0] < gap[-1] < 72


def test_features_in_pieces_are_features_at_once(make_tune):
    sound = np.tile(make_tune([60, 64, 67]), 8)
    cuts = np.sort(np.random.default_rng(0).integers(0, len(sound), 40))
    whole, parts = features_of([sound]), features_of(np.split(sound, cuts))
    assert len(whole) == -(-len(sound) // HOP)
    assert np.array_equal(whole.voiced, parts.voiced) and np.allclose(whole.hertz, parts.hertz)
    assert np.allclose(whole.loudness, parts.loudness)


def test_a_sound_that_never_comes_has_no_rows():
    assert len(features_of([])) == len(features_of([np.zeros(0)])) == 0


def test_a_full_sine_of_1_khz_is_0_db():
    assert loudness(sine(1000))[10:40] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("hertz", "weight"), [(100, -19.1), (200, -10.9), (500, -3.2), (4000, 1.0)])
def test_loudness_is_weighted_as_the_standard_has_it(hertz, weight):
    assert loudness(sine(hertz))[10:40] == pytest.approx(weight, abs=0.3)


def test_half_the_sound_is_6_db_less_down_to_minus_80():
    assert loudness(sine(1000, level=0.5))[20] == pytest.approx(-6.02, abs=0.05)
    assert loudness(np.zeros(RATE))[20] == -80


def test_what_the_decoder_takes_lies_about_0_to_1():
    found = scaled(np.array([440.0, 1e-9, 1e9]), np.array([0.0, -80.0, 90.0]))
    assert found == pytest.approx(np.array([[69 / 127, 1.0], [0, 0], [1, 1.2]]))
