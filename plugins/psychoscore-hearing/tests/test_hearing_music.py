"""A score becomes notes by onset, bars, tempos and keys."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_hearing.music import Music, hear


def test_notes_are_sorted_by_onset_and_then_pitch(build):
    music = hear(build([(2, 1, 60), (0, 1, 67)], [(0, 2, 48)]))
    assert music.pitch.tolist() == [48, 67, 60]
    assert music.onset.tolist() == [0, 0, 2]
    assert music.duration.tolist() == [2, 1, 1]
    assert music.track.tolist() == [1, 0, 0]


def test_bars_follow_the_time_signatures(build):
    music = hear(build([(0, 1, 60), (7, 1, 60)], meters=[(0, 3, 4), (6, 2, 4)]))
    assert music.bar_start.tolist() == [0, 3, 6]
    assert music.bar_length.tolist() == [3, 3, 2]
    assert music.bar.tolist() == [0, 2]


def test_a_change_of_signature_cuts_the_bar_before_it(build):
    music = hear(build([(0, 1, 60), (5, 1, 60)], meters=[(2, 4, 4)]))
    assert music.bar_start.tolist() == [0, 2]
    assert music.bar_length.tolist() == [2, 4]


def test_an_onset_just_before_the_bar_line_belongs_to_the_next_bar(build):
    assert hear(build([(3.99, 1, 60)])).bar.tolist() == [1]


def test_common_time_and_120_stand_where_a_score_says_nothing_valid():
    score = Score(480)
    score.tracks.append(Track())
    score.tracks[0].notes.append(Note(1920, 480, 60, 64))
    score.time_signatures.append(TimeSignature(0, 0, 4))
    score.tempos.append(Tempo(0, mspq=0))
    music = hear(score)
    assert music.bar_length.tolist() == [4, 4]
    assert music.tempo.tolist() == [120, 120]


def test_a_bars_tempo_is_its_quarters_over_its_minutes(build):
    music = hear(build([(0, 4, 60), (4, 4, 60)], tempos=[(0, 60), (6, 120)]))
    assert music.tempo == pytest.approx([60, 80])  # 2 s + 1 s for four quarters


def test_tempos_stay_between_10_and_400(build):
    assert hear(build([(0, 1, 60)], tempos=[(0, 4000)])).tempo == pytest.approx([400])


def test_a_voice_comes_from_the_tracks_name(build):
    notes = [(0, 1, 60)]
    score = build(notes, notes, notes, notes, names=("MELODY", "counter", "PIANO", ""), drums=notes)
    assert sorted(hear(score).voice.tolist()) == [0, 1, 2, 2, 3]


def test_a_late_note_is_not_heard_and_costs_nothing():
    score = Score(1)
    score.tracks.append(Track())
    score.tracks[0].notes.extend([Note(0, 1, 60, 64), Note(2**30, 2**30, 60, 64)])
    assert hear(score).bars == 1


def test_bars_after_the_limit_are_not_heard(build):
    music = hear(build([(4 * bar, 1, 60) for bar in range(9)]), max_bars=3)
    assert music.bars == 3
    assert len(music.onset) == 3


def test_a_note_ends_with_the_last_bar_and_sounds_at_least_a_little(build):
    music = hear(build([(0, 1000, 60), (1, 0, 62)]))
    assert music.duration.tolist() == [4, 1 / 24]


@pytest.mark.parametrize("tpq", [1, 24, 32767])
def test_any_resolution_is_heard(tpq):
    score = Score(tpq)
    score.tracks.append(Track())
    score.tracks[0].notes.append(Note(5 * tpq, tpq, 60, 64))
    music = hear(score)
    assert (music.onset.tolist(), music.bar.tolist()) == ([5], [1])


def test_no_notes_are_no_bars(build):
    music = hear(build())
    assert music.bars == len(music.onset) == len(music.key) == 0


def test_keys_follow_the_signatures(build):
    music = hear(build([(0, 1, 60), (4, 1, 60)], keys=[(0, -3, 0), (4, 1, 1)]))
    assert music.key == ((3, "Ionian"), (4, "Aeolian"))


def test_a_given_key_holds_in_every_bar(build):
    score = build([(0, 1, 60), (4, 1, 60)], keys=[(0, -3, 0)])
    assert hear(score, "D", "Dorian").key == ((2, "Dorian"), (2, "Dorian"))


def test_keys_of_a_plan_go_on_after_its_last_bar(build):
    music = hear(build([(0, 1, 60), (8, 1, 60)])).in_keys([("C", "Ionian"), ("Gb", "Lydian")])
    assert music.key == ((0, "Ionian"), (6, "Lydian"), (6, "Lydian"))
    assert isinstance(music, Music)


def test_pitched_music_has_no_drums_and_the_same_bars(build):
    music = hear(build([(0, 1, 60)], drums=[(4, 1, 36)]))
    assert music.pitched.pitch.tolist() == [60]
    assert music.pitched.bars == music.bars == 2
    assert np.array_equal(music.drum, [False, True])
