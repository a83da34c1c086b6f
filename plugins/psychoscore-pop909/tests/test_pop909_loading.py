"""Songs on disk become pieces with voices, bars, tempos, keys and chords."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from symusic import Score

from psychoscore_core.chord_symbols import MARKER, read_chord
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.testing import check_plugin, conformance
from psychoscore_pop909 import plugin
from psychoscore_pop909.dataset import Pop909
from psychoscore_pop909.plugin import Pop909Config

test_conformance = conformance(plugin)


def dataset(path: Path, **options: Any) -> Pop909:
    return Pop909(Pop909Config(path=path, **options))


def piece(path: Path, key: str = "001", **options: Any) -> Piece:
    return next(p for p in dataset(path, **options).load(key) if p.id == key)


def chords_of(score: Score) -> list[tuple[int, str]]:
    return [(marker.time, marker.text.removeprefix(MARKER)) for marker in score.markers]


def voices_of(score: Score) -> dict[str, int]:
    return {track.name: len(track.notes) for track in score.tracks}


def bars_of(score: Score) -> list[tuple[int, int, int]]:
    return [(e.time, e.numerator, e.denominator) for e in score.time_signatures]


@pytest.mark.parametrize("version", ["corrected", "original"])
def test_voices_keep_their_names_and_notes(corpus, version):
    score = piece(corpus, version=version).score
    assert voices_of(score) == {"MELODY": 32, "BRIDGE": 32, "PIANO": 24}
    assert {note.pitch for note in score.tracks[1].notes} == {64, 65, 66}


def test_a_corrected_song_has_its_own_bars_and_the_originals_tempo(corpus):
    found = piece(corpus, version="corrected")
    assert bars_of(found.score) == [(0, 4, 4)]
    assert [(tempo.time, tempo.qpm) for tempo in found.score.tempos] == [(0, pytest.approx(90, abs=0.01))]
    assert found.attributes.tempo == pytest.approx(90, abs=0.01)


def test_a_chord_track_becomes_markers(corpus):
    found = chords_of(piece(corpus, version="corrected").score)
    assert found[:5] == [(0, "C"), (1920, "Am"), (3840, "F"), (5760, "G/B"), (7680, "C")]


def test_keys_are_those_of_the_corrected_file(corpus):
    found = piece(corpus, version="corrected")
    assert [(k.time, k.key, k.tonality) for k in found.score.key_signatures] == [(0, 0, 0), (7680, 3, 1)]
    assert (found.attributes.key, found.attributes.mode) == ("C", "Ionian")


def test_a_song_off_the_beat_is_moved_onto_its_bars(corpus, write):
    write.corrected(corpus / "POP909_CL", "001", late=300)
    score = piece(corpus, version="corrected").score
    assert {note.time % 480 for note in score.tracks[0].notes} == {0}
    assert chords_of(score)[:3] == [(0, "N"), (1920, "C"), (3840, "Am")]


def test_a_corrected_song_alone_is_all_piano_and_its_tempo_unknown(corpus):
    found = piece(corpus, "003")
    assert voices_of(found.score) == {"PIANO": 88}
    assert found.attributes.tempo is None


def test_an_originals_bars_follow_the_audio_and_never_its_own_signature(corpus):
    score = piece(corpus, "002").score
    assert bars_of(score) == [(0, 4, 4)]
    assert [note.time for note in score.tracks[0].notes][:3] == pytest.approx([0, 480, 960], abs=1)


def test_an_originals_marks_count_where_no_audio_was_heard(corpus):
    (corpus / "POP909" / "002" / "beat_audio.txt").unlink()
    (corpus / "POP909" / "002" / "chord_midi.txt").unlink()
    score = piece(corpus, "002").score
    assert score.tracks[0].notes[0].time == pytest.approx(960, abs=1)  # the marked bar begins two beats later


def test_an_originals_chords_and_keys_come_from_its_files(corpus):
    found = piece(corpus, "002")
    assert chords_of(found.score)[:4] == [(0, "C"), (1920, "Am7/G"), (3840, "N"), (5760, "G7/B")]
    assert [(k.time, k.key, k.tonality) for k in found.score.key_signatures] == [(0, 0, 0), (7680, 3, 1)]


def test_beats_keep_every_tempo(corpus):
    path = corpus / "POP909" / "001" / "001.mid"
    score = Score(path)
    score.tempos.append(type(score.tempos[0])(9652, 60.0))
    score.dump_midi(path)
    tempos = piece(corpus, version="corrected", tempo="beats").score.tempos
    assert [(tempo.time, round(tempo.qpm)) for tempo in tempos] == [(0, 90), (9600, 60)]


def test_splits_come_from_the_table_and_the_song_is_the_group(corpus):
    found = [dataset(corpus).load(key)[0] for key in ("001", "002", "003")]
    assert [(p.group, p.split) for p in found] == [("001", "train"), ("002", "test"), ("003", "validation")]


def test_profiles_are_neutral_and_nothing_is_given(corpus):
    assert piece(corpus).profile.given == frozenset()


def test_transpositions_are_for_training_only(corpus):
    data = dataset(corpus, transpose=2)
    assert [p.id for p in data.load("001")] == ["001-2", "001-1", "001", "001+1", "001+2"]
    assert [p.id for p in data.load("002")] == ["002"]


def test_a_transposition_moves_notes_keys_and_chords(corpus):
    up = next(p for p in dataset(corpus, transpose=2).load("001") if p.id == "001+2")
    assert up.score.tracks[0].notes[0].pitch == 74
    assert chords_of(up.score)[:4] == [(0, "D"), (1920, "Bm"), (3840, "G"), (5760, "A/Db")]
    assert [(k.key, k.tonality) for k in up.score.key_signatures] == [(2, 0), (5, 1)]
    assert up.attributes.key == "D"


@pytest.mark.parametrize("inner", ["POP909", "POP909_CL", ""])
def test_either_folder_or_the_one_around_them_will_do(corpus, inner):
    assert dataset(corpus / inner).keys() == ("001", "002", "003")


def test_what_lacks_a_version_is_remarked(corpus):
    data = dataset(corpus)
    data.check()
    assert data.remarks == ["1 songs are not corrected: their bars come from their beats"]


def test_the_digest_follows_every_file(corpus):
    before = dataset(corpus).digest()
    assert dataset(corpus).digest() == before
    (corpus / "POP909" / "002" / "key_audio.txt").write_text("0.0\t1.0\tD:maj\n")
    assert dataset(corpus).digest() != before


@pytest.mark.parametrize(("version", "what"), [("auto", "POP909 is not here"), ("corrected", "POP909_CL is not here")])
def test_missing_data_says_what_to_get(tmp_path, version, what):
    with pytest.raises(DataError, match=f"{what} .* on GitHub"):
        dataset(tmp_path / "nowhere", version=version).check()


def test_a_damaged_song_is_a_data_error(corpus):
    (corpus / "POP909_CL" / "001.mid").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"001\.mid: "):
        dataset(corpus, version="corrected").load("001")


def test_auto_takes_the_original_where_the_corrected_file_is_damaged(corpus):
    (corpus / "POP909_CL" / "001.mid").write_bytes(b"RIFF")
    assert chords_of(piece(corpus).score)[1] == (1920, "Am7/G")


def test_chords_alone_off_the_beat_leave_the_notes(corpus):
    path = corpus / "POP909_CL" / "001.mid"
    score = Score(path)
    for note in score.tracks[1].notes:
        note.time += 19
    score.dump_midi(path)
    found = piece(corpus, version="corrected").score
    assert found.tracks[0].notes[0].time == 0
    assert chords_of(found)[:2] == [(0, "C"), (1920, "Am")]


def test_a_song_without_a_chord_track_is_a_data_error(corpus):
    score = Score(corpus / "POP909_CL" / "001.mid")
    del score.tracks[1]
    score.dump_midi(corpus / "POP909_CL" / "001.mid")
    with pytest.raises(DataError, match=r"001\.mid: 1 tracks with notes, not two"):
        dataset(corpus, version="corrected").load("001")


@pytest.mark.parametrize("text", ["", "x y z\n", "1.0 1.0 1.0\n" * 9, "nan 1 1\n" * 9, "1.0\n" * 9, "0 0 0\n1 0 0\n"])
def test_damaged_beats_are_a_data_error(corpus, text):
    (corpus / "POP909" / "002" / "beat_midi.txt").write_text(text)
    with pytest.raises(DataError, match=r"beat_midi\.txt: (not a table|fewer than 8 beats)"):
        dataset(corpus).load("002")


def test_broken_bars_are_a_data_error(corpus):
    path = corpus / "POP909_CL" / "003.mid"
    score = Score(path)
    for note in score.tracks[0].notes:
        note.time += 60
    score.dump_midi(path)
    with pytest.raises(DataError, match=r"003\.mid: broken bars: 36% of the onsets lie on them, under 70%"):
        dataset(corpus).load("003")


def test_an_unknown_split_is_named(corpus):
    (corpus / "split_by_song.csv").write_text("song,split\n001,exam\n")
    with pytest.raises(DataError, match="the song '001' is in 'exam', which is none of train, val and test"):
        dataset(corpus).check()


def test_an_unknown_song_is_a_data_error(corpus):
    with pytest.raises(DataError, match="there is no song '1000'"):
        dataset(corpus).load("1000")


def test_the_plugin_passes_the_conformance_kit(corpus):
    outcomes = check_plugin(plugin, configs={"dataset:pop909": Pop909Config(path=corpus, transpose=1)})
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes


@pytest.mark.corpus
def test_real_songs_keep_nearly_every_voice_and_stand_on_their_bars(real):
    data = dataset(real, version="corrected")
    found = [data.load(key)[0] for key in ("001", "010", "198", "500", "777")]
    for p in found:
        original = voices_of(Score(data._songs[p.id].original))
        assert voices_of(p.score) == pytest.approx(original, abs=3)
    for marker in (marker for p in found for marker in p.score.markers):
        assert marker.text == "chord:N" or read_chord(marker.text.removeprefix(MARKER))


@pytest.mark.corpus
def test_real_splits_keep_the_table(real):
    data = dataset(real)
    assert len(data.keys()) == 824
    assert Counter(song.split for song in data._songs.values()) == {"train": 728, "validation": 96}


@pytest.mark.corpus
@pytest.mark.long
@pytest.mark.parametrize(("version", "count"), [("auto", 812), ("corrected", 805), ("original", 811)])
def test_nearly_every_real_song_loads(real, version, count):
    data, loaded, refused = dataset(real, version=version), 0, []
    for key in data.keys():  # noqa: SIM118  # no mapping
        try:
            loaded += bool(data.load(key))
        except DataError as error:
            refused.append(str(error))
    assert loaded >= count, refused
