"""Quality filters on scores and on raw bytes."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Score, TimeSignature

from psychoscore_midi_folder.notes import digest_of_notes, notes_of
from psychoscore_midi_folder.quality import Limits, bar_fault, bars_in, fault_of, mean_tempo, mended_fault

LIMITS = Limits()


def test_good_music_has_no_fault(tiny):
    score = tiny.score_of(tiny.tune())
    assert fault_of(notes_of(score), LIMITS) is None and bar_fault(score, LIMITS) is None


def test_a_score_without_notes_is_empty():
    assert fault_of(notes_of(Score(480)), LIMITS) == "no notes"


def test_one_note_over_and_over_is_stuck(tiny):
    assert fault_of(notes_of(tiny.score_of([60] * 31 + [62])), LIMITS) == "stuck: 31 of 32 notes have the pitch 60"


def test_a_drum_may_repeat_below_a_tune(tiny):
    score = tiny.score_of(tiny.tune())
    score.tracks.append(tiny.score_of([36] * 500, drum=True).tracks[0])
    assert fault_of(notes_of(score), LIMITS) is None


def test_notes_without_an_end_are_counted(tiny):
    notes = notes_of(tiny.score_of(tiny.tune()))
    notes.duration[:3] = 65 * 480
    assert fault_of(notes, LIMITS) == "3 of 32 notes last over 64 quarters"


def test_bars_follow_the_time_signatures(tiny):
    score = tiny.score_of(tiny.tune(notes=32))  # 16 quarters
    assert bars_in(score) == 4
    score.time_signatures.append(TimeSignature(1920, 3, 4))  # one bar of four, then twelve quarters in three
    assert bars_in(score) == 5


def test_the_mean_tempo_weighs_by_time(tiny):
    from symusic import Tempo

    score = tiny.score_of(tiny.tune(notes=32), tempo=120)
    score.tempos.append(Tempo(8 * 480, 60))
    assert mean_tempo(score) == pytest.approx(80, abs=0.1)  # 8 quarters in 4 s, 8 in 8 s


@pytest.mark.parametrize(
    ("remark", "event", "line"),
    [
        ("1 impossible time signatures were dropped", b"\xff\x58\x04\x00\x02\x18\x08", "time signature 0/4"),
        ("1 impossible time signatures were dropped", b"\xff\x58\x04\x04\xf0\x18\x08", "time signature 4/2^240"),
        ("1 tempos outside 4 to 1000 quarter", b"\xff\x51\x03\0\0\0", "tempo of 0 microseconds a quarter note"),
        ("1 tempos outside 4 to 1000 quarter", b"\xff\x51\x03\0\0\1", "tempo of 6e+07 quarter notes a minute"),
        ("1 impossible time signatures were dropped", b"", "time signature that cannot be"),
        ("the RIFF wrapper was taken off", b"\xff\x58\x04\x00\x02", None),
    ],
)
def test_what_the_reader_mended_is_named(remark, event, line):
    assert mended_fault(b"\xff\x58\x04\x04\x02..." + event, [remark]) == line


def test_the_digest_is_of_the_music_alone(tiny):
    plain = digest_of_notes(notes_of(tiny.score_of(tiny.tune())))
    other = tiny.score_of(tiny.tune(), step=96, tpq=192, tempo=50, start=1000)
    other.tracks[0].notes.sort(key=lambda note: -note.time, inplace=True)
    assert other.tracks[0].notes[0].time > other.tracks[0].notes[1].time
    assert digest_of_notes(notes_of(other)) == plain
    assert digest_of_notes(notes_of(tiny.score_of(tiny.tune(61)))) != plain


def test_drums_are_no_pitches(tiny):
    pitched, drums = (notes_of(tiny.score_of(tiny.tune(), drum=drum)) for drum in (False, True))
    assert digest_of_notes(pitched) != digest_of_notes(drums)
    assert np.array_equal(pitched.pitch, drums.pitch)
