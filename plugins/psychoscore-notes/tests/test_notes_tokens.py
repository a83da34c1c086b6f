"""Rows of scores and scores of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

from psychoscore_core.errors import CheckpointError, ConfigError
from psychoscore_core.testing import toy
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.tokenizer import NotesTokenizer

CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data"
TPQ = 480
TOKENIZER = NotesTokenizer(NotesConfig())


def score_of(notes, signature=(4, 4), sharps=0, tempo=120.0, name="MELODY", drums=False) -> Score:
    """Notes are (quarter, length, pitch, velocity)."""
    score = Score(TPQ)
    track = Track(name, 0, drums)
    for quarter, length, pitch, velocity in notes:
        track.notes.append(Note(round(quarter * TPQ), round(length * TPQ), pitch, velocity))
    score.tracks.append(track)
    score.time_signatures.append(TimeSignature(0, *signature))
    score.key_signatures.append(KeySignature(0, sharps, 0))
    score.tempos.append(Tempo(0, tempo))
    return score


def texts(score, tokenizer=TOKENIZER) -> list[tuple[str, ...]]:
    encoded = tokenizer.encode(score)
    families = tokenizer.vocabulary.families
    rows = encoded.rows[encoded.prefix_length :].tolist()
    return [tuple(f.tokens[t] for f, t in zip(families, row, strict=True)) for row in rows]


def test_a_bar_row_names_meter_tonic_and_tempo():
    assert texts(score_of([(0, 1, 62, 80)], (3, 4), 2, 90.0))[0] == ("BAR", "METER_3/4", "TONIC_D", "TEMPO_89.5", "-")


def test_a_note_row_names_position_voice_pitch_above_the_tonic_duration_and_velocity():
    rows = texts(score_of([(1.5, 2, 66, 80)], sharps=2))
    assert rows[1] == ("POSITION_6", "VOICE_melody", "PITCH_64", "DURATION_8", "VELOCITY_78")


def test_the_end_is_one_row():
    assert texts(score_of([(0, 1, 60, 80)]))[-1] == ("EOS", "-", "-", "-", "-")


@pytest.mark.parametrize("shift", [-5, -2, 3, 6])
def test_a_transposed_piece_differs_in_its_tonic_only(shift):
    notes = [(q / 2, 0.5, 60 + q, 80) for q in range(12)]
    sharps = {-5: 1, -2: -2, 3: -3, 6: 6}[shift]
    home = TOKENIZER.encode(score_of(notes)).rows
    away = TOKENIZER.encode(score_of([(q, d, p + shift, v) for q, d, p, v in notes], sharps=sharps)).rows
    bars = home[:, 0] == home[2, 0]
    assert (home[~bars] == away[~bars]).all() and (home[bars][:, 2] != away[bars][:, 2]).all()


def test_drums_are_not_transposed():
    rows = texts(score_of([(0, 1, 36, 80)], sharps=2, drums=True))
    assert rows[1][1:3] == ("VOICE_drums", "PITCH_36")


@pytest.mark.parametrize(("name", "voice"), [("MELODY", "melody"), ("BRIDGE", "counter"), ("PIANO", "accompaniment")])
def test_tracks_are_voices_by_name(name, voice):
    assert texts(score_of([(0, 1, 60, 80)], name=name))[1][1] == f"VOICE_{voice}"


def test_voices_become_tracks_again():
    score = score_of([(0, 1, 72, 80)])
    score.tracks.append(score_of([(0, 1, 48, 80)], name="PIANO").tracks[0])
    tracks = TOKENIZER.decode(TOKENIZER.encode(score).rows).tracks
    assert [(t.name, t.notes[0].pitch) for t in tracks] == [("melody", 72), ("accompaniment", 48)]


def test_an_onset_that_rounds_up_to_the_bar_line_opens_the_next_bar():
    rows = texts(score_of([(3.93, 1, 60, 80)]))
    assert [row[0] for row in rows] == ["BAR", "BAR", "POSITION_0", "EOS"]


def test_a_score_without_notes_has_one_empty_bar():
    assert [row[0] for row in texts(Score(TPQ))] == ["BAR", "EOS"]


def test_of_notes_that_coincide_the_longest_stays():
    rows = texts(score_of([(0, 1, 60, 80), (0, 3, 60, 80), (0, 2, 60, 80)]))
    assert [row[3] for row in rows[1:-1]] == ["DURATION_12"]


def test_an_odd_meter_without_a_token_is_heard_in_four_four():
    rows = texts(score_of([(q / 4, 0.25, 60, 80) for q in range(32)], (7, 16)))
    assert {row[1] for row in rows if row[0] == "BAR"} == {"METER_4/4"}


def test_a_change_of_key_and_tempo_is_in_the_bar_that_it_begins():
    score = score_of([(q, 1, 60, 80) for q in range(8)])
    score.tempos.append(Tempo(4 * TPQ, 60.0))
    score.key_signatures.append(KeySignature(4 * TPQ, 1, 0))
    bars = [row for row in texts(score) if row[0] == "BAR"]
    assert [row[2] for row in bars] == ["TONIC_C", "TONIC_G"] and bars[1][3].startswith("TEMPO_59")


def test_decoding_drops_what_says_nothing():
    rows = TOKENIZER.encode(score_of([(0, 1, 60, 80), (1, 1, 64, 80)])).rows.copy()
    rows[3, 1] = 0
    assert [n.pitch for t in TOKENIZER.decode(rows).tracks for n in t.notes] == [64]


def test_a_note_is_cut_where_its_pitch_begins_again():
    decoded = TOKENIZER.decode(TOKENIZER.encode(score_of([(0, 4, 60, 80), (1, 1, 60, 80)])).rows)
    assert [(n.time, n.duration) for n in decoded.tracks[0].notes] == [(0, TPQ), (TPQ, TPQ)]


@pytest.mark.parametrize("rows", [np.zeros((3, 4), int), np.zeros((3, 5)), np.full((1, 5), 9999), np.full((1, 5), -1)])
def test_rows_of_another_shape_or_vocabulary_are_refused(rows):
    with pytest.raises(ValueError, match="token"):
        TOKENIZER.decode(rows)


@pytest.mark.parametrize("quarters", [0.25, 1, 1.75, 4, 6, 8, 12, 16])
def test_usual_lengths_are_exact(quarters):
    decoded = TOKENIZER.decode(TOKENIZER.encode(score_of([(0, quarters, 60, 80), (15, 1, 60, 80)])).rows)
    assert decoded.tracks[0].notes[0].duration == min(quarters, 15) * TPQ


def test_finer_grids_hold_triplets():
    tokenizer = NotesTokenizer(NotesConfig(positions=12))
    decoded = tokenizer.decode(tokenizer.encode(score_of([(n / 3, 1 / 3, 60 + n, 80) for n in range(12)])).rows)
    assert [n.time for n in decoded.tracks[0].notes] == [160 * n for n in range(12)]


def test_a_folder_of_another_vocabulary_is_refused(tmp_path):
    NotesTokenizer(NotesConfig(velocities=16)).save(tmp_path)
    with pytest.raises(CheckpointError, match="saved with the vocabulary"):
        TOKENIZER.load(tmp_path)


def test_prefix_names_that_look_like_music_are_refused():
    with pytest.raises(ConfigError, match="'BAR' stands twice"):
        NotesTokenizer(NotesConfig(), ("BAR",))


@pytest.mark.corpus
def test_real_pieces_come_back_and_pass_the_grammar():
    files = sorted(CORPORA.glob("**/*.mid"))[::97]
    if not files:
        pytest.skip(f"no corpora at {CORPORA}")
    checked = 0
    for path in (f for f in files if "robustness" not in f.parts):
        encoded = TOKENIZER.encode(Score(path))
        again = TOKENIZER.encode(TOKENIZER.decode(encoded.rows))
        assert again.notes == encoded.notes, path
        grammar = TOKENIZER.grammar()
        for row in encoded.rows[encoded.prefix_length :]:
            grammar.push(row)
        checked += grammar.finished
    assert checked > 20


def test_ten_bars_of_the_toy_piece_are_ten_bars():
    assert int(TOKENIZER.encode(toy.score(10)).bars.max()) == 9
