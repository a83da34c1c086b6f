"""Drum performances on disk become pieces with tempo, signature and style."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.testing import check_plugin, conformance
from psychoscore_groove import plugin
from psychoscore_groove.dataset import Groove
from psychoscore_groove.plugin import GrooveConfig

test_conformance = conformance(plugin)
FIRST, SECOND, FILL = (f"drummer1/session1/{number}" for number in (1, 2, 3))


def dataset(path: Path, **options: Any) -> Groove:
    return Groove(GrooveConfig(path=path, **options))


def piece(path: Path, key: str = FIRST, **options: Any) -> Piece:
    return dataset(path, **options).load(key)[0]


def test_a_performance_is_one_drum_track_with_its_own_timing(corpus):
    score = piece(corpus).score
    assert [(track.name, track.is_drum) for track in score.tracks] == [("DRUMS", True)]
    assert [(note.time, note.velocity) for note in score.tracks[0].notes][:3] == [(0, 40), (487, 45), (974, 50)]


def test_tempo_and_signature_are_the_tables(corpus):
    found = piece(corpus, SECOND)
    assert [(e.time, e.numerator, e.denominator) for e in found.score.time_signatures] == [(0, 6, 8)]
    assert [(e.time, round(e.qpm)) for e in found.score.tempos] == [(0, 120)]
    assert found.attributes.tempo == 120


def test_style_and_kind_are_labels(corpus):
    assert piece(corpus).labels == {"style": "rock", "kind": "beat"}
    assert piece(corpus).profile.given == frozenset()


@pytest.mark.parametrize(("general_midi", "pads"), [(True, {36, 42, 38, 46}), (False, {36, 22, 38, 26})])
def test_edges_become_what_general_midi_knows(corpus, general_midi, pads):
    score = piece(corpus, general_midi=general_midi).score
    assert {note.pitch for note in score.tracks[0].notes} == pads


def test_short_performances_are_left_out_and_remarked(corpus):
    data = dataset(corpus, min_bars=2)
    assert data.keys() == (FIRST, SECOND)
    assert data.remarks == ["1 performances are shorter than 2 bars"]
    assert len(dataset(corpus, min_bars=1).keys()) == 3


@pytest.mark.parametrize(("kind", "keys"), [("both", 3), ("beat", 2), ("fill", 1)])
def test_kinds_can_be_chosen(corpus, kind, keys):
    assert len(dataset(corpus, kind=kind, min_bars=0).keys()) == keys


def test_the_official_split_is_by_performance(corpus):
    assert [(p.split, p.group) for p in (piece(corpus), piece(corpus, SECOND))] == [("train", FIRST), ("test", SECOND)]


def test_the_seeded_split_keeps_sessions_whole(corpus):
    found = [piece(corpus, key, split="seeded") for key in (FIRST, SECOND)]
    assert {p.group for p in found} == {"drummer1/session1"}
    assert len({p.split for p in found}) == 1


def test_what_is_not_there_is_remarked(corpus):
    (corpus / f"{FIRST}_rock_120_beat_4-4.mid").unlink()
    data = dataset(corpus)
    assert data.keys() == (SECOND,)
    assert data.remarks[-1] == f"{corpus / 'info.csv'}: 1 of 2 MIDI files are not there"


def test_the_digest_follows_every_file(corpus):
    before = dataset(corpus).digest()
    assert dataset(corpus).digest() == before
    path = corpus / f"{FIRST}_rock_120_beat_4-4.mid"
    path.write_bytes(path.read_bytes() + b"\0")
    assert dataset(corpus).digest() != before


def test_missing_data_says_what_to_get(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: the Groove dataset is not here \(no info\.csv\); .*midionly\.zip"):
        dataset(tmp_path / "nowhere").check()


def test_nothing_long_enough_is_a_data_error(corpus):
    with pytest.raises(DataError, match=r"none of the 3 performances of info\.csv is here and long enough"):
        dataset(corpus, min_bars=64).check()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bpm": "fast"}, "has no sensible bpm, duration and time_signature"),
        ({"duration": "nan"}, "has no sensible bpm"),
        ({"time_signature": "4/4"}, "has no sensible bpm"),
        ({"split": "exam"}, "has no split among train, validation, test"),
        ({"midi_filename": "../out.mid"}, r"'\.\./out\.mid' is not a MIDI file of the dataset"),
        ({"midi_filename": "/etc/passwd"}, "is not a MIDI file of the dataset"),
    ],
)
def test_a_damaged_row_is_a_data_error(corpus, write, change, message):
    write.info(corpus, write.row(1, **change))
    with pytest.raises(DataError, match=rf"info\.csv: 'drummer1/session1/1'.* {message}|{message}"):
        dataset(corpus).check()


def test_a_missing_column_is_named(corpus):
    (corpus / "info.csv").write_text("id,split\na,train\n")
    with pytest.raises(DataError, match=r"info\.csv: no column 'session'"):
        dataset(corpus).check()


def test_a_damaged_performance_is_a_data_error(corpus):
    (corpus / f"{FIRST}_rock_120_beat_4-4.mid").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"1_rock_120_beat_4-4\.mid: "):
        dataset(corpus).load(FIRST)


def test_an_unknown_performance_is_a_data_error(corpus):
    with pytest.raises(DataError, match="there is no performance 'nobody'"):
        dataset(corpus).load("nobody")


@pytest.mark.parametrize("split", ["official", "seeded"])
def test_the_plugin_passes_the_conformance_kit(corpus, split):
    outcomes = check_plugin(plugin, configs={"dataset:groove": GrooveConfig(path=corpus, split=split)})
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes


@pytest.mark.corpus
def test_every_real_performance_loads(real):
    data, splits = dataset(real, min_bars=0), defaultdict(set)
    found = [p for key in data.keys() for p in data.load(key)]  # noqa: SIM118  # no mapping
    assert Counter(p.split for p in found) == {"train": 897, "test": 129, "validation": 124}
    assert sum(p.score.note_num() for p in found) == 446_311
    for p in found:
        splits[p.group].add(p.split)
    assert all(len(names) == 1 for names in splits.values())
