import numpy as np
import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_core.errors import ConfigError
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer


def test_rows_are_bos_prefix_sep_music_eos(remi, make, prefix):
    encoded = remi.encode(make((0, 480, 60)), prefix[:2])
    names = [remi.vocabulary.families[0].tokens[token] for token in encoded.rows[:, 0]]
    assert names[:4] == ["BOS", "DISC_D:0.8", "RSI_SYMBOLIC_DOM", "SEP"]
    opening = ["Bar_None", "TimeSig_4/4", "Position_0", "Tempo_120.0"]
    assert names[4:] == [*opening, "Program_0", "Pitch_60", "Velocity_63", "Duration_1.0.12", "EOS"]
    assert (encoded.rows.dtype, encoded.rows.shape, encoded.prefix_length) == (np.int32, (13, 1), 4)


def test_bars_and_notes_are_counted(remi, make):
    encoded = remi.encode(make((0, 480, 60), (2 * 1920, 480, 62)))
    assert encoded.notes == 2
    assert encoded.bars.tolist() == [-1] * 2 + [0] * 8 + [1] * 2 + [2] * 6 + [2]


def test_piano_alone_names_its_program_once(remi, make, text):
    tokens = text(remi.encode(make(*((i * 480, 480, 60 + i) for i in range(16)))))
    assert sum(token.startswith("Program_") for token in tokens) == 1


def test_instruments_of_one_moment_rise_from_drums_up(remi, make, text):
    score = make((0, 480, 60), program=40)
    score.tracks.append(make((0, 480, 48), program=5).tracks[0])
    score.tracks.append(make((0, 480, 36), program=-1).tracks[0])
    tokens = [t for t in text(remi.encode(score)) if t.startswith(("Program", "Pitch"))]
    assert tokens == ["Program_-1", "PitchDrum_36", "Program_5", "Pitch_48", "Program_40", "Pitch_60"]


def test_a_chord_stands_before_the_notes_that_show_it(remi, make, text):
    tokens = text(
        remi.encode(make((0, 960, 48), (0, 960, 64), (0, 960, 67), (960, 960, 45), (960, 960, 60), (960, 960, 64)))
    )
    chords = [i for i, token in enumerate(tokens) if token.startswith("Chord_")]
    assert [tokens[i] for i in chords] == ["Chord_C:maj", "Chord_A:min"]
    assert tokens[chords[1] - 1] == "Position_24"


def test_an_empty_score_is_one_empty_bar(remi, text):
    encoded = remi.encode(Score(480))
    assert text(encoded) == ["Bar_None", "TimeSig_4/4", "Position_0", "Tempo_120.0", "EOS"]
    assert encoded.notes == 0


def test_a_note_beyond_the_last_bar_is_dropped(remi):
    score, track = Score(1), Track()
    for onset in (0, 2**31 - 10):
        track.notes.append(Note(onset, 5, 60, 60))
    score.tracks.append(track)
    encoded = remi.encode(score)
    assert (encoded.notes, len(encoded.rows)) == (1, 11)


def test_notes_beyond_the_most_are_dropped(make):
    few = RemiTokenizer(RemiConfig(max_notes=3))
    encoded = few.encode(make(*((i * 480, 480, 60) for i in range(9))))
    assert encoded.notes == 3


@pytest.mark.parametrize(
    ("stated", "written"), [((2, 2), "4/4"), ((3, 2), "6/4"), ((12, 16), "3/4"), ((11, 16), "4/4"), ((0, 0), "4/4")]
)
def test_a_signature_without_a_token_becomes_one_as_long(remi, make, text, stated, written):
    assert text(remi.encode(make((0, 480, 60), signature=stated)))[1] == f"TimeSig_{written}"


def test_a_signature_inside_a_bar_waits_for_the_bar_line(remi, make):
    score = make((0, 480, 60), (1920, 480, 60), signature=(4, 4))
    score.time_signatures.append(TimeSignature(700, 3, 4))
    stated = [(s.time, s.numerator) for s in remi.decode(remi.encode(score).rows).time_signatures]
    assert stated == [(0, 4), (96, 3)]


def test_a_signature_that_waits_past_the_last_onset_is_dropped(remi, make):
    score = make((0, 480, 60), (960, 480, 60), signature=(4, 4))
    score.time_signatures.append(TimeSignature(700, 3, 4))
    assert [s.numerator for s in remi.decode(remi.encode(score).rows).time_signatures] == [4]


def test_triplets_and_sixteenths_are_exact(remi, make):
    score = make((0, 160, 60), (160, 160, 62), (320, 160, 64), (480, 120, 65), (600, 360, 67))
    notes = remi.decode(remi.encode(score).rows).tracks[0].notes
    assert [(n.time, n.duration) for n in notes] == [(0, 8), (8, 8), (16, 8), (24, 6), (30, 18)]


def test_a_tempo_of_zero_or_out_of_range_is_made_sane(remi, make):
    score = make((0, 480, 60), (480, 480, 60))
    score.tempos = [Tempo(0, mspq=0), Tempo(480, 900.0)]
    tempos = [(t.time, round(t.qpm)) for t in remi.decode(remi.encode(score).rows).tempos]
    assert tempos == [(0, 120), (24, 250)]


def test_a_pitch_struck_while_it_sounds_ends_there(remi, make):
    notes = remi.decode(remi.encode(make((0, 1920, 60), (480, 480, 60))).rows).tracks[0].notes
    assert [(n.time, n.duration) for n in notes] == [(0, 24), (24, 24)]


def test_scores_in_quarters_are_read_as_those_in_ticks(remi, make):
    score = make((0, 480, 60), (480, 240, 64))
    assert remi.encode(score.to("quarter")).rows.tolist() == remi.encode(score).rows.tolist()


def test_an_unknown_prefix_name_is_refused(remi, make):
    with pytest.raises(ValueError, match=r"unknown prefix token 'KEY_D' \(did you mean 'KEY_Db'\?\)"):
        remi.encode(make((0, 480, 60)), ["KEY_D"])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("KEY_D", "KEY_D"), "'KEY_D' has the same name as 'KEY_D'"),
        (("SEP",), "'SEP' has the same name as 'SEP'"),
        (("Pitch_60",), "'Pitch_60' is named like a music token"),
    ],
)
def test_a_prefix_name_that_clashes_is_refused(names, message):
    with pytest.raises(ConfigError, match=message):
        RemiTokenizer(RemiConfig(), prefix_tokens=names)


def test_tempo_changes_beyond_the_most_are_dropped(make):
    few, score = RemiTokenizer(RemiConfig(max_notes=3)), make((0, 480, 60), (19200, 480, 60))
    score.tempos = [Tempo(i * 480, 100.0 + 20 * (i % 2)) for i in range(40)]
    assert [t.time for t in few.decode(few.encode(score).rows).tempos] == [0, 24, 48]
