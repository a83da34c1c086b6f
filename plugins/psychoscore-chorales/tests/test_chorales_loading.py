"""Grids and MIDI files become pieces of four voices with bars and keys."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychoscore_chorales import plugin
from psychoscore_chorales.dataset import Chorales
from psychoscore_chorales.grids import struck_of
from psychoscore_chorales.plugin import ChoralesConfig
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.testing import check_plugin, conformance

test_conformance = conformance(plugin)


def dataset(path: Path, **options: Any) -> Chorales:
    return Chorales(ChoralesConfig(path=path, **options))


def piece(path: Path, key: str = "train-000", **options: Any) -> Piece:
    return next(p for p in dataset(path, **options).load(key) if p.id == key)


def notes(found: Piece, voice: int) -> list[tuple[int, int, int]]:
    """Return (onset, length, pitch) in sixteenths."""
    return [(n.time // 120, n.duration // 120, n.pitch) for n in found.score.tracks[voice].notes]


def test_the_four_voices_are_four_tracks(corpus):
    score = piece(corpus).score
    assert [track.name for track in score.tracks] == ["MELODY", "BRIDGE", "BRIDGE", "BASS"]
    assert {note.velocity for track in score.tracks for note in track.notes} == {80}


def test_the_pickup_ends_the_first_bar(corpus):
    found = piece(corpus, twins=False)
    assert notes(found, 3)[:3] == [(12, 4, 55), (16, 4, 48), (20, 4, 53)]
    assert [(e.time, e.numerator, e.denominator) for e in found.score.time_signatures] == [(0, 4, 4)]
    assert found.score.end() % 1920 == 0


def test_a_chord_that_stays_is_held_and_one_that_moves_is_struck(corpus):
    found = piece(corpus, twins=False)
    assert notes(found, 0)[-1] == (48, 16, 72)
    assert notes(found, 1)[1:3] == [(16, 4, 67), (20, 4, 69)]


def test_a_voice_strikes_again_on_a_beat_where_another_moves():
    pitches = np.array([[72, 60]] * 4 + [[74, 60]] * 4 + [[74, 60]] * 4)
    assert np.flatnonzero(struck_of(pitches)[:, 1]).tolist() == [0, 4]


def test_no_note_begins_within_a_beat_where_the_pitch_stays():
    pitches = np.array([[72, 60]] * 2 + [[74, 60]] * 2)
    assert np.flatnonzero(struck_of(pitches)[:, 1]).tolist() == [0]


def test_a_rest_is_no_note(corpus, write):
    write.json(corpus, train=[[[72, 67, 64, -1]] * 8 + [[72, 67, 64, 48]] * 8])
    assert notes(piece(corpus, twins=False), 3) == [(8, 8, 48)]


def test_a_twin_tells_tempo_key_and_repeated_notes(corpus):
    found = piece(corpus)
    assert [(k.key, k.tonality) for k in found.score.key_signatures] == [(0, 0)]  # G major, a fifth lower
    assert found.attributes.tempo == 96
    assert notes(found, 0)[7:9] == [(40, 4, 71), (44, 4, 71)]  # G G: struck anew, where no voice moves


def test_without_a_twin_the_tempo_is_unknown(corpus):
    found = piece(corpus, twins=False, tempo=70)
    assert found.attributes.tempo is None
    assert found.score.tempos[0].qpm == pytest.approx(70)


def test_the_end_tells_the_key(corpus):
    found = piece(corpus, twins=False)
    assert (found.attributes.key, found.attributes.mode) == ("C", "Ionian")
    assert [(k.key, k.tonality) for k in found.score.key_signatures] == [(0, 0)]


def test_long_notes_tell_three_four(corpus, write):
    bars = [[72, 67, 64, 48]] * 8 + [[71, 67, 62, 43]] * 4
    write.json(corpus, train=[bars * 3 + [[72, 67, 64, 48]] * 12])
    found = piece(corpus, twins=False)
    assert [(e.numerator, e.denominator) for e in found.score.time_signatures] == [(3, 4)]


def test_midi_takes_its_twins_split_and_its_own_notes(corpus, write):
    write.midi(corpus, "bwv2", ((60, 57, 53, 41),) * 8)
    data = dataset(corpus, source="midi")
    assert data.keys() == ("bwv1", "bwv2")
    found = data.load("bwv1")[0]
    assert (found.split, found.attributes.key) == ("train", "G")
    assert notes(found, 0)[0] == (12, 4, 78)


def test_the_official_split_is_kept(corpus):
    assert [dataset(corpus).load(key)[0].split for key in ("train-000", "test-000")] == ["train", "test"]


def test_transpositions_are_for_training_only_and_move_the_key(corpus):
    data = dataset(corpus, transpose=1)
    found = {p.id: p for p in data.load("train-000")}
    assert list(found) == ["train-000-1", "train-000", "train-000+1"]
    assert found["train-000+1"].score.key_signatures[0].key == -5
    assert found["train-000+1"].attributes.key == "Db"
    assert [p.id for p in data.load("test-000")] == ["test-000"]


def test_the_digest_follows_every_file(corpus, write):
    before = dataset(corpus).digest()
    assert dataset(corpus).digest() == before
    write.midi(corpus, "bwv2", ((60, 57, 53, 41),) * 8)
    assert dataset(corpus).digest() != before


@pytest.mark.parametrize(("source", "what"), [("json", "Jsb16thSeparated.json"), ("midi", "folder midi")])
def test_missing_data_says_what_to_get(tmp_path, source, what):
    with pytest.raises(DataError, match=rf"nowhere: the chorales are not here \(no {what}\); .* on GitHub"):
        dataset(tmp_path / "nowhere", source=source).check()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON file"),
        ("[" * 100_000, "not a JSON file"),
        ("[]", "not the chorales' file"),
        ('{"train": [], "valid": []}', "not the chorales' file"),
        ('{"train": [[[1, 2, 3]]], "valid": [], "test": []}', "train 0: not a list of steps of four pitches"),
        ('{"train": [["abc"]], "valid": [], "test": []}', "train 0: not a list of steps"),
        ('{"train": [[]], "valid": [], "test": []}', "train 0: not a list of steps"),
        ('{"train": [], "valid": [[[60, 60, 60, 128]]], "test": []}', "valid 0: a pitch outside of 0 to 127"),
        ('{"train": [], "valid": [[[60, 60, 60, NaN]]], "test": []}', "valid 0: a pitch outside of 0 to 127"),
        ('{"train": [], "valid": [[[-1, -1, -1, -1]]], "test": []}', "valid 0: no notes in it"),
    ],
)
def test_a_damaged_file_is_a_data_error(corpus, text, message):
    (corpus / "Jsb16thSeparated.json").write_text(text)
    with pytest.raises(DataError, match=message):
        dataset(corpus).check()


def test_a_damaged_midi_file_is_a_data_error_and_harms_no_other(corpus):
    (corpus / "midi" / "bwv0.mid").write_bytes(b"RIFF")
    data = dataset(corpus, source="midi")
    assert data.load("bwv1")
    with pytest.raises(DataError, match=r"bwv0\.mid: "):
        data.load("bwv0")


def test_an_unknown_chorale_is_a_data_error(corpus):
    with pytest.raises(DataError, match="there is no chorale 'nobody'"):
        dataset(corpus).load("nobody")


@pytest.mark.parametrize("source", ["json", "midi"])
def test_the_plugin_passes_the_conformance_kit(corpus, source):
    config = ChoralesConfig(path=corpus, source=source, transpose=1)
    outcomes = check_plugin(plugin, configs={"dataset:jsb-chorales": config})
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes


@pytest.mark.corpus
def test_every_real_chorale_loads_with_the_official_split(real):
    data = dataset(real)
    found = [p for key in data.keys() for p in data.load(key)]  # noqa: SIM118  # no mapping
    assert Counter(p.split for p in found) == {"train": 229, "validation": 76, "test": 77}
    signatures = Counter(p.score.time_signatures[0].numerator for p in found)
    assert signatures == {4: 341, 3: 41}


@pytest.mark.corpus
def test_every_real_midi_file_loads(real):
    data = dataset(real, source="midi")
    found = [p for key in data.keys() for p in data.load(key)]  # noqa: SIM118  # no mapping
    assert len(found) == 365 and not data.remarks
    assert sum(p.score.note_num() for p in found) == pytest.approx(97_610, abs=20)
