"""Words of scores."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Score, Track

from psychoscore_midi_llm.instruments import velocity_tables
from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer


def test_a_note_is_a_beginning_a_wait_and_an_end(piano, words, make):
    assert words(piano, make((0, 80, 60, 127))) == ["p:3c:f", "t10", "p:3c:0", "<pad>"]


def test_a_prefix_stands_between_separators(piano, make):
    rows = piano.encode(make((0, 80, 60, 80)), ("KEY_Db",)).rows[:, 0].tolist()
    assert rows[:3] == [0, 2177, 0] and rows[-1] == 0


def test_a_long_wait_is_whole_seconds_and_the_rest(piano, words, make):
    assert words(piano, make((0, 2400, 60, 80)))[1:-2] == ["t125", "t125", "t50"]


def test_silence_before_the_first_note_is_kept(piano, words, make):
    assert words(piano, make((1000, 80, 60, 80)))[0] == "t125"


def test_what_happens_at_once_is_sorted_by_instrument_and_pitch(band, words, make):
    score = make((0, 80, 64, 80), (0, 80, 60, 80))
    score.tracks.append(make((0, 80, 36, 80), drums=True).tracks[0])
    assert [word[:-2] for word in words(band, score)[:3]] == ["p:24", "pi:3c", "pi:40"]


def test_a_key_struck_again_at_once_ends_first(piano, words, make):
    score = make((0, 80, 60, 80), (80, 80, 60, 80))
    assert words(piano, score) == ["p:3c:c", "t10", "p:3c:0", "p:3c:c", "t10", "p:3c:0", "<pad>"]


def test_a_key_struck_again_while_it_sounds_is_cut(piano, words, make):
    assert words(piano, make((0, 800, 60, 80), (80, 80, 60, 80)))[:3] == ["p:3c:c", "t10", "p:3c:0"]


def test_of_equal_notes_the_longest_stays(piano, words, make):
    score = make((0, 80, 60, 80), (2, 160, 60, 80))
    assert words(piano, score) == ["p:3c:c", "t20", "p:3c:0", "<pad>"]
    assert piano.normalise(score).lost["equal"] == 1


def test_the_shortest_note_is_one_step(piano, words, make):
    assert words(piano, make((0, 0, 60, 80))) == ["p:3c:c", "t1", "p:3c:0", "<pad>"]


def test_the_pedal_holds_notes(piano, words, make):
    score = make((0, 80, 60, 80), pedals=[(40, 760)])
    assert words(piano, score)[1] == "t100"
    dry = MidiLlmTokenizer(MidiLlmConfig(pedal=False))
    assert words(dry, score)[1] == "t10"


def test_a_pedal_pressed_after_the_end_holds_nothing(piano, words, make):
    assert words(piano, make((0, 80, 60, 80), pedals=[(90, 760)]))[1] == "t10"


def test_time_runs_under_the_tempo_map(piano, words, make):
    score = make((0, 500, 60, 80), (500, 500, 62, 80), tempos=[(0, 60.0), (500, 240.0)])
    assert [word for word in words(piano, score) if word[0] == "t"] == ["t125", "t31"]


def test_a_tempo_that_no_music_has_is_passed_over(piano, words, make):
    score = make((0, 500, 60, 80))
    score.tempos.append(type(make((0, 1, 1, 1), tempos=[(0, 60.0)]).tempos[0])(0, 0, 0))
    assert [word for word in words(piano, score) if word[0] == "t"] == ["t63"]


def test_bars_are_the_scores_own(piano, make):
    score = make((0, 100, 60, 80), (1400, 200, 62, 80), signature=(3, 4))
    encoded = piano.encode(score)
    assert encoded.bars.tolist() == [-1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    score = make((0, 100, 60, 80), (1500, 200, 62, 80), signature=(3, 4))
    assert piano.encode(score).bars[-4:].tolist() == [1, 1, 1, 1]


def test_instruments_outside_the_vocabulary_are_counted_and_dropped(piano, band, make):
    flute = make((0, 80, 60, 80), program=73)
    assert piano.encode(flute).notes == 0 and piano.normalise(flute).lost["instrument"] == 1
    assert band.encode(flute).notes == 1


def test_notes_are_ended_after_the_longest(words, make):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(longest=1.0))
    assert words(tokenizer, make((0, 9000, 60, 80)))[1:] == ["t125", "p:3c:0", "<pad>"]


def test_more_notes_than_may_sound_are_left_out(make):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(polyphony=2))
    score = make(*((0, 80, pitch, 80) for pitch in range(60, 65)), (80, 80, 70, 80))
    assert tokenizer.encode(score).notes == 3 and tokenizer.normalise(score).lost["crowd"] == 3


@pytest.mark.parametrize(
    ("options", "kept"), [({"max_notes": 3}, 3), ({"max_bars": 2}, 4), ({"max_seconds": 2.5}, 3), ({}, 10)]
)
def test_what_lies_beyond_the_limits_is_dropped(make, options, kept):
    score = make(*((1000 * n, 80, 60, 80) for n in range(10)))
    encoded = MidiLlmTokenizer(MidiLlmConfig(**options)).encode(score)
    assert encoded.notes == kept and encoded.bars.max() == (kept - 1) // 2


def test_a_score_without_notes_is_one_empty_bar(piano):
    for score in (Score(480), Score(480)):
        score.tracks.append(Track())
        encoded = piano.encode(score)
        assert encoded.rows[:, 0].tolist() == [0, 0, 0] and encoded.bars.tolist() == [-1, -1, 0]


@pytest.mark.parametrize(
    ("bins", "exponent", "velocities"),
    [
        (12, 0.5, [0, 8, 17, 27, 37, 47, 58, 70, 83, 97, 111, 127]),
        (16, 0.33, [0, 5, 10, 16, 22, 29, 36, 43, 51, 59, 68, 78, 88, 100, 113, 127]),
    ],
)
def test_velocity_bins_are_the_public_ones(bins, exponent, velocities):
    of_velocity, loudest = velocity_tables(bins, exponent)
    assert loudest.tolist() == velocities and of_velocity[velocities].tolist() == list(range(bins))


@pytest.mark.parametrize("bins", [2, 16, 128])
@pytest.mark.parametrize("exponent", [0.01, 0.5, 1.0])
def test_any_velocity_bins_sound_as_one_of_theirs(bins, exponent):
    of_velocity, loudest = velocity_tables(bins, exponent)
    assert of_velocity[0] == 0 and (of_velocity[1:] > 0).all() and of_velocity.max() < bins
    used = np.unique(of_velocity)
    assert (of_velocity[loudest[used]] == used).all() and (loudest[1:] > 0).all()
