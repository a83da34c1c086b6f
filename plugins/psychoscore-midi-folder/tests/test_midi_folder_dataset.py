"""The dataset `midi-folder`: what it lists, loads, leaves out and splits."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict

import pytest

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_core.testing import check_plugin
from psychoscore_midi_folder import plugin
from psychoscore_midi_folder.plugin import LakhConfig, MaestroConfig, MidiFolderConfig


def fault(data, key):
    with pytest.raises(DataError) as error:
        data.load(key)
    assert "\n" not in str(error.value)
    return str(error.value).partition(f"{key}: ")[2]


def test_every_file_of_every_depth_is_a_piece(dataset, folder, tiny):
    tiny.write(folder / "a" / "b" / "c" / "Deep.MID", tiny.score_of(tiny.tune(40)))
    tiny.write(folder / "x.kar", tiny.score_of(tiny.tune(41)))
    (folder / "notes.txt").write_text("no music")
    keys = list(dataset().keys())
    assert keys[:2] == ["x.kar", "a/b/c/Deep.MID"] and len(keys) == 8
    assert all(len(dataset().load(key)) == 1 for key in keys)


def test_hidden_files_and_links_are_passed_over(dataset, folder, tmp_path, tiny):
    tiny.write(tmp_path / "outside.mid")
    (folder / "link.mid").symlink_to(tmp_path / "outside.mid")
    (folder / "up").symlink_to(tmp_path)
    shutil.copy(tmp_path / "outside.mid", folder / "._song.mid")
    assert len(dataset().keys()) == 6


def test_the_pattern_chooses(dataset):
    assert list(dataset(pattern="album1/*").keys()) == ["album1/song2.mid", "album1/song3.mid"]


def test_max_files_draws_some_in_their_order(dataset):
    some = list(dataset(max_files=3).keys())
    assert len(some) == 3 and some == sorted(some)
    assert len({tuple(dataset(max_files=3, seed=seed).keys()) for seed in range(5)}) > 1


def test_a_missing_folder_says_what_to_do(dataset, tmp_path):
    with pytest.raises(DataError, match="gone: no such folder; set the dataset's `path`"):
        dataset(path=tmp_path / "gone").check()


def test_a_folder_without_music_is_named(dataset, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: no MIDI files \(.mid, .midi, .kar\) that match the pattern '\*'"):
        dataset(path=tmp_path / "empty").check()


@pytest.mark.parametrize("key", ["../outside.mid", "/etc/passwd", "a/../../x.mid", "", "C:x.mid", "a\0b"])
def test_no_key_leaves_the_folder(dataset, key):
    with pytest.raises(DataError, match="there is no file"):
        dataset().load(key)


def test_the_second_of_two_files_with_the_same_notes_is_a_duplicate(dataset, folder, tiny):
    other = tiny.score_of(tiny.tune(62), step=480, tpq=960, tempo=60, start=1920)
    tiny.write(folder / "zzz" / "another name.mid", other)
    data = dataset()
    assert len(data.keys()) == 7
    assert fault(data, "zzz/another name.mid") == "duplicate of album1/song2.mid"
    assert data.remarks == ["1 of 7 files have the notes of an earlier one and are left out"]


def test_another_process_agrees_without_listing_anything(dataset, folder, monkeypatch):
    shutil.copy(folder / "album0" / "song0.mid", folder / "copy.mid")
    assert "copy.mid" in list(dataset().keys())
    data = dataset()
    monkeypatch.setattr("psychoscore_midi_folder.midi_folder.midi_files", None)
    assert fault(data, "album0/song0.mid") == "duplicate of copy.mid"


def test_a_faulty_file_takes_no_good_one_with_it(dataset, folder):
    data = bytearray((folder / "album0" / "song0.mid").read_bytes())
    at = data.index(b"\xff\x58\x04")
    data[at + 3] = 0
    (folder / "a.mid").write_bytes(data)
    dataset().keys()
    assert fault(dataset(), "a.mid") == "time signature 0/4"
    assert dataset().load("album0/song0.mid")


def test_kept_duplicates_share_group_and_split(dataset, folder):
    shutil.copy(folder / "album0" / "song0.mid", folder / "copy.mid")
    data = dataset(duplicates="keep")
    (first,), (second,) = data.load("copy.mid"), data.load("album0/song0.mid")
    assert (first.group, first.split) == (second.group, second.split)


def test_a_top_folder_never_spans_two_splits(dataset):
    for seed in range(5):
        data, splits = dataset(group_by="folder", validation=0.3, test=0.3, seed=seed), defaultdict(set)
        for key in data.keys():  # noqa: SIM118  # no mapping
            (piece,) = data.load(key)
            splits[piece.group].add(piece.split)
        assert set(splits) == {"album0", "album1", "album2"} and all(len(names) == 1 for names in splits.values())


def test_the_shares_of_the_splits_are_kept():
    counts = Counter(seeded_split(f"g{index}", 1, 0.7, 0.2) for index in range(3000))
    shares = [counts[split] / 3000 for split in ("train", "validation", "test")]
    assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.02)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_notes": 33}, "too few notes (32 of 33)"),
        ({"max_notes": 31}, "too many notes (32, at most 31)"),
        ({"min_bars": 5}, "too few bars (4 of 5)"),
        ({"max_bars": 3}, "too many bars (4, at most 3)"),
        ({"pitch_range": (60, 71)}, "pitches 60 to 72 (allowed are 60 to 71)"),
    ],
)
def test_each_limit_has_its_own_line(dataset, options, message):
    assert fault(dataset(**options), "album0/song0.mid") == message


def test_a_damaged_file_is_one_line(dataset, folder):
    (folder / "bad.mid").write_bytes(b"RIFF" * 10)
    assert fault(dataset(), "bad.mid").startswith("not a MIDI file")


def test_transpositions_are_for_training_and_leave_drums(dataset, folder, tiny):
    both = tiny.score_of(tiny.tune())
    both.tracks.append(tiny.score_of([36] * 8, drum=True).tracks[0])
    tiny.write(folder / "x.mid", both)
    data = dataset(transpose=1, validation=0.0, test=0.0, bars="file")
    found = {piece.id: piece for piece in data.load("x.mid")}
    assert list(found) == ["x.mid", "x.mid-1", "x.mid+1"]
    assert [min(note.pitch for note in track.notes) for track in found["x.mid+1"].score.tracks] == [61, 36]
    assert [piece.attributes.key for piece in found.values()] == ["C", "B", "Db"]
    assert [len(dataset(transpose=1, test=1.0, validation=0.0).load("x.mid"))] == [1]


def test_transpositions_stay_in_the_range(dataset):
    data = dataset(transpose=2, validation=0.0, test=0.0, pitch_range=(60, 73))
    assert [piece.id[len("album0/song0.mid") :] for piece in data.load("album0/song0.mid")] == ["", "+1"]


def test_isolated_parsing_gives_the_same(dataset):
    (near,), (apart,) = (dataset(isolate=value).load("album0/song0.mid") for value in (False, True))
    assert near.group == apart.group and near.score.note_num() == apart.score.note_num()


@pytest.mark.parametrize("options", [{"pitch_range": (70, 60)}, {"min_notes": 9, "max_notes": 8}])
def test_limits_that_exclude_everything_are_refused(options):
    with pytest.raises(ValueError, match="must"):
        MidiFolderConfig(**options)


def test_the_plugin_passes_the_conformance_kit(folder, tmp_path, tiny):
    from shutil import copytree

    copytree(folder, tmp_path / "lmd_full" / "0")
    (tmp_path / "maestro").mkdir()
    copytree(folder, tmp_path / "maestro" / "2004")
    header = "canonical_composer,canonical_title,split,year,midi_filename,audio_filename,duration\n"
    rows = [f"A,{index},train,2004,2004/album{index // 2}/song{index}.mid,x.wav,9.5\n" for index in range(6)]
    (tmp_path / "maestro" / "maestro-v3.0.0.csv").write_text(header + "".join(rows))
    cache = tmp_path / "cache"
    configs = {
        "dataset:midi-folder": MidiFolderConfig(path=folder, cache=cache),
        "dataset:lakh": LakhConfig(path=tmp_path, cache=cache),
        "dataset:maestro": MaestroConfig(path=tmp_path / "maestro", cache=cache),
    }
    outcomes = check_plugin(plugin, configs=configs)
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes
