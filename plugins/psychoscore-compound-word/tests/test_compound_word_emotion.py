"""Valence and arousal as profiles, and profiles as the encoder's six numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from psychoscore_compound_word.commands import mood
from psychoscore_compound_word.emotion import Emotion, emotion_of, mood_json
from psychoscore_compound_word.encoder import EmotionEncoder
from psychoscore_compound_word.plugin import EmotionConfig
from psychoscore_core.errors import ProfileError
from psychoscore_core.profile import Profile
from psychoscore_core.profile_json import profile_from_json
from psychoscore_core.records import Attributes
from psychoscore_emopia.quadrants import QUADRANTS, drawn_profile, quadrant_profile
from psychoscore_vgmidi.moods import Mood, mood_profile, quadrant_of

ENCODER = EmotionEncoder(EmotionConfig())


@pytest.mark.parametrize("valence", [-0.5, -0.31, -0.01, 0.0, 0.2, 0.5])
@pytest.mark.parametrize("arousal", [-0.5, -0.12, 0.0, 0.07, 0.44])
def test_ratings_written_into_a_profile_are_read_from_it(valence, arousal):
    number = quadrant_of(valence, arousal)
    found = emotion_of(mood_profile(Mood(valence, arousal, number)))
    assert (found.valence, found.arousal) == (pytest.approx(valence, abs=1e-5), pytest.approx(arousal, abs=1e-5))
    assert found.quadrant == number


@pytest.mark.parametrize("number", QUADRANTS)
def test_every_profile_of_a_quadrant_is_in_it_and_on_its_side(number):
    for clip in range(50):
        found = emotion_of(drawn_profile(number, str(clip), 0))
        assert found.quadrant == number
        assert found.valence * QUADRANTS[number].valence >= 0 <= found.arousal * QUADRANTS[number].arousal


@pytest.mark.parametrize("number", QUADRANTS)
def test_the_middle_of_a_quadrant_is_its_class_alone(number):
    assert emotion_of(quadrant_profile(number)) == Emotion(pytest.approx(0), pytest.approx(0), number)


def test_strong_ratings_are_as_strong_as_can_be_said():
    found = emotion_of(profile_from_json(mood_json(-1.0, 0.9), "mood"))
    assert (found.valence, found.arousal) == (pytest.approx(-0.5), pytest.approx(0.5))


def test_a_profile_that_does_not_speak_of_it_has_no_emotion():
    assert emotion_of(Profile()) == emotion_of(Profile(trauma=0.9, given=frozenset({"trauma"}))) == Emotion()


def test_a_mind_beyond_the_ranges_is_in_the_nearest_quadrant():
    assert emotion_of(Profile(trauma=1.0, entropy=0.0)) == Emotion(-0.5, -0.5, 3)


def test_the_encoder_gives_valence_arousal_and_one_class():
    condition = ENCODER.encode_piece(profile_from_json(mood_json(0.25, -0.5), "mood"), Attributes(key="D"))
    np.testing.assert_allclose(condition.vector, [0.5, -1, 0, 0, 0, 1], atol=1e-5)
    assert condition.prefix == ("EMOTION_Q4", "KEY_D")


def test_without_emotion_the_numbers_are_zero_and_the_prefix_names_none():
    condition = ENCODER.encode_piece(Profile(), Attributes(tempo=101.0))
    assert condition.vector == (0.0,) * 6 and condition.prefix == ("TEMPO_100",)


def test_without_prefix_there_are_no_tokens():
    encoder = EmotionEncoder(EmotionConfig(prefix=False))
    assert encoder.prefix_tokens == encoder.encode(quadrant_profile(1)).prefix == ()


def test_the_command_writes_a_profile_that_asks_for_the_mood(tmp_path):
    done = CliRunner().invoke(mood, ["0.25", "-0.4", "-o", str(tmp_path / "a" / "calm.json")], catch_exceptions=False)
    profile = profile_from_json(json.loads((tmp_path / "a" / "calm.json").read_text()), "calm")
    assert done.output.strip().endswith("calm.json")
    assert emotion_of(profile) == Emotion(pytest.approx(0.25, abs=1e-5), pytest.approx(-0.4, abs=1e-5), 4)
    assert profile.disc.dominance == QUADRANTS[4].dominance


@pytest.mark.parametrize("value", ["1.1", "nan", "happy"])
def test_the_command_refuses_what_is_no_rating(tmp_path, value):
    done = CliRunner().invoke(mood, [value, "0", "-o", str(tmp_path / "a.json")])
    assert done.exit_code == 2 and "Invalid value for 'VALENCE'" in done.output and not list(tmp_path.iterdir())


def test_the_command_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ProfileError, match="cannot be written"):
        CliRunner().invoke(mood, ["0", "0", "-o", str(tmp_path / "file" / "a.json")], catch_exceptions=False)
