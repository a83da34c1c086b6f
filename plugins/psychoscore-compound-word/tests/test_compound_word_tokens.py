"""Words of scores and scores of words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from symusic import KeySignature, Note, Score, Tempo, TextMeta, TimeSignature, Track

from psychoscore_compound_word.layout import CHORD
from psychoscore_compound_word.plugin import CompoundWordConfig
from psychoscore_compound_word.tokenizer import CompoundWordTokenizer
from psychoscore_core.errors import CheckpointError, ConfigError

CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data"
TPQ = 480
TOKENIZER = CompoundWordTokenizer(CompoundWordConfig())
PREFIXED = CompoundWordTokenizer(CompoundWordConfig(), ("EMOTION_Q1", "EMOTION_Q2", "KEY_C"))


def score_of(*notes, signature=(4, 4), tempo=120.0, drums=False) -> Score:
    """Notes are (quarter, length, pitch, velocity)."""
    score = Score(TPQ)
    score.tracks.append(Track("Piano", 0, drums))
    for quarter, length, pitch, velocity in notes:
        score.tracks[0].notes.append(Note(round(quarter * TPQ), round(length * TPQ), pitch, velocity))
    score.time_signatures.append(TimeSignature(0, *signature))
    score.tempos.append(Tempo(0, tempo))
    return score


def words(score, tokenizer=TOKENIZER) -> list[str]:
    """Return each word of music as the texts that mean something."""
    encoded = tokenizer.encode(score)
    families = tokenizer.vocabulary.families
    rows = encoded.rows[encoded.prefix_length :].tolist()
    texts = ([f.tokens[t] for f, t in zip(families, row, strict=True)] for row in rows)
    return [" ".join(text for text in row if text != "-") for row in texts]


def notes_of(score) -> list[tuple[float, float, int]]:
    return [(n.time / score.tpq, n.duration / score.tpq, n.pitch) for t in score.tracks for n in t.notes]


def test_a_bar_is_a_line_its_places_and_their_notes():
    said = words(score_of((0, 1, 60, 80), (0, 2, 64, 80), (1.25, 0.25, 67, 80), signature=(3, 4), tempo=90.0))
    assert said == [
        "METRICAL BAR_3/4 TEMPO_89.5 CHORD_C",
        "METRICAL BEAT_0",
        "NOTE PITCH_60 DURATION_4 VELOCITY_78",
        "NOTE PITCH_64 DURATION_8 VELOCITY_78",
        "METRICAL BEAT_5",
        "NOTE PITCH_67 DURATION_1 VELOCITY_78",
        "METRICAL FINE",
        "EOS",
    ]


def test_the_tempo_is_named_where_it_changes():
    score = score_of(*((q, 1, 60, 80) for q in range(12)))
    score.tempos.append(Tempo(8 * TPQ, 60.0))
    bars = [word for word in words(score) if "BAR_" in word]
    assert ["TEMPO" in word for word in bars] == [True, False, True]


def test_a_chord_is_named_where_it_changes_at_the_first_onset_that_shows_it():
    low = [(q, 2, 48 + p, 80) for q, triad in ((0, (0, 4, 7)), (2.5, (5, 9, 12))) for p in triad]
    said = words(score_of(*low, *((4 + q, d, 48 + p, 80) for q, d, p in ((0, 4, 5), (0, 4, 9), (0, 4, 12)))))
    assert [word for word in said if "CHORD" in word] == [
        "METRICAL BAR_4/4 TEMPO_119.3 CHORD_C",
        "METRICAL BEAT_10 CHORD_F",
    ]


def test_markers_say_which_chord_it_is():
    score = score_of((0, 1, 60, 80))
    score.markers.append(TextMeta(0, "chord:Eb:m7"))
    assert words(score)[0].endswith("CHORD_Ebm7")


def test_a_chord_without_a_token_becomes_the_likest():
    score = score_of((0, 1, 60, 80))
    score.markers.append(TextMeta(0, "chord:D9"))
    assert words(score)[0].endswith("CHORD_D7")


def test_without_chords_the_family_says_nothing():
    tokenizer = CompoundWordTokenizer(CompoundWordConfig(chords=False))
    score = score_of((0, 1, 60, 80), (0, 1, 64, 80), (0, 1, 67, 80))
    assert tokenizer.vocabulary.families[CHORD].size == 1 and not any(
        "CHORD" in word for word in words(score, tokenizer)
    )


def test_instruments_become_one_and_the_longer_of_equal_notes_stays():
    score = score_of((0, 1, 60, 80))
    score.tracks.append(score_of((0, 2, 60, 50), (0, 1, 72, 80)).tracks[0])
    decoded = TOKENIZER.decode(TOKENIZER.encode(score).rows)
    assert [track.name for track in decoded.tracks] == ["Piano"]
    assert notes_of(decoded) == [(0, 2, 60), (0, 1, 72)]


def test_drums_stay_drums():
    score = score_of((0, 1, 36, 80))
    score.tracks.append(score_of((0, 1, 36, 80), drums=True).tracks[0])
    decoded = TOKENIZER.decode(TOKENIZER.encode(score).rows)
    assert [(track.is_drum, track.notes[0].pitch) for track in decoded.tracks] == [(False, 36), (True, 36)]


def test_a_note_ends_where_another_instrument_strikes_its_pitch():
    score = score_of((0, 6, 60, 80))
    score.tracks.append(score_of((4.25, 1, 60, 80)).tracks[0])
    rows = TOKENIZER.encode(score).rows
    assert notes_of(TOKENIZER.decode(rows))[0] == (0, 4, 60)  # 17 sixteenths have no token, 16 do
    assert (TOKENIZER.encode(TOKENIZER.decode(rows)).rows[:, 4:] == rows[:, 4:]).all()


def test_the_decoded_score_names_no_key():
    score = score_of((0, 1, 60, 80))
    score.key_signatures.append(KeySignature(0, 3, 0))
    assert not len(TOKENIZER.decode(TOKENIZER.encode(score).rows).key_signatures)


def test_a_score_without_notes_has_one_empty_bar():
    assert words(Score(TPQ))[0].startswith("METRICAL BAR_4/4") and len(words(Score(TPQ))) == 3


def test_emotions_are_words_of_one_type_and_other_prefix_tokens_types_of_their_own():
    rows = PREFIXED.prompt(("EMOTION_Q2", "KEY_C"))
    types, emotions = (PREFIXED.vocabulary.families[k].tokens for k in (0, 7))
    assert [(types[row[0]], emotions[row[7]]) for row in rows] == [
        ("BOS", "-"),
        ("EMOTION", "EMOTION_Q2"),
        ("KEY_C", "-"),
        ("SEP", "-"),
    ]


def test_decoding_passes_over_what_says_nothing():
    rows = TOKENIZER.encode(score_of((0, 1, 60, 80), (1, 1, 64, 80))).rows.copy()
    rows[4, 5] = 0  # the first note has no duration
    assert notes_of(TOKENIZER.decode(rows)) == [(1, 1, 64)]


@pytest.mark.parametrize("rows", [np.zeros((3, 7), int), np.zeros((3, 8)), np.full((1, 8), 9999), np.full((1, 8), -1)])
def test_rows_of_another_shape_or_vocabulary_are_refused(rows):
    with pytest.raises(ValueError, match="token"):
        TOKENIZER.decode(rows)


@pytest.mark.parametrize("prefix", [("NOTE",), ("KEY_C", "KEY_C"), ("EMOTION_Q1", "EMOTION_Q1")])
def test_prefix_names_that_repeat_or_are_types_are_refused(prefix):
    with pytest.raises(ConfigError, match=f"'{prefix[0]}' stands twice, or is a type of words"):
        CompoundWordTokenizer(CompoundWordConfig(), prefix)


def test_a_folder_of_another_vocabulary_is_refused(tmp_path):
    PREFIXED.save(tmp_path)
    with pytest.raises(CheckpointError, match="saved with the vocabulary"):
        TOKENIZER.load(tmp_path)


@pytest.mark.corpus
def test_real_pieces_come_back_and_pass_the_grammar():
    files = [f for f in sorted(CORPORA.glob("**/*.mid"))[::97] if "robustness" not in f.parts]
    if not files:
        pytest.skip(f"no corpora at {CORPORA}")
    for path in files:
        encoded = TOKENIZER.encode(Score(path))
        again = TOKENIZER.encode(TOKENIZER.decode(encoded.rows))
        but_chords = [k for k in range(8) if k != CHORD]  # of markers, which a decoded score has not
        assert np.array_equal(again.rows[:, but_chords], encoded.rows[:, but_chords]), path
        grammar = TOKENIZER.grammar()
        for row in encoded.rows[encoded.prefix_length :]:
            grammar.push(row)
        assert grammar.finished
    assert len(files) > 20
