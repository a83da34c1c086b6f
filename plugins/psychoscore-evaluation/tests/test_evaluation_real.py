"""Real music from folders and datasets, and takes set beside it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.report import Silent
from psychoscore_evaluation.comparing import compare, runs_of
from psychoscore_evaluation.real import RealMusic, music_in_folder, split_of_datasets


class Songs:
    """Four songs of two pieces each: two to train on, one for validation, and a damaged one."""

    splits = {"a": "train", "b": "train", "c": "validation"}

    def __init__(self, takes) -> None:
        self.scores = [take.score for take in takes]

    def keys(self) -> Sequence[str]:
        return ("a", "b", "c", "damaged")

    def load(self, key: str) -> Sequence[object]:
        if key == "damaged":
            raise DataError("no music")
        score = self.scores[ord(key) - ord("a")]
        return [SimpleNamespace(id=f"{key}{i}", split=self.splits[key], score=score, group=key) for i in (1, 2)]


def real_music(scores, song) -> RealMusic:
    pieces = {name: Piece(id=name, score=score, profile=Profile(), group=song) for name, score in scores.items()}
    return RealMusic(pieces=pieces, origin="here")


def test_held_out_is_validation_where_there_is_no_test_split(perfect):
    found = split_of_datasets({"songs": Songs(perfect(3))}, True, Silent(), 10)
    assert dict(found.songs) == {"songs/c1": "c"}
    assert found.origin == "songs, validation split"


def test_training_music_is_the_first_piece_of_each_item(perfect):
    found = split_of_datasets({"songs": Songs(perfect(3))}, False, Silent(), 10)
    assert sorted(found.scores) == ["songs/a1", "songs/b1"]


def test_every_dataset_holds_out_what_it_can(perfect):
    tested = Songs(perfect(3))
    tested.splits = {"a": "train", "b": "validation", "c": "test"}
    found = split_of_datasets({"one": Songs(perfect(3)), "two": tested}, True, Silent(), 10)
    assert dict(found.origins) == {"one/c1": "one", "two/c1": "two"}
    assert found.origin == "one, validation split; two, test split"


def test_datasets_share_evenly(perfect):
    found = split_of_datasets({"one": Songs(perfect(3)), "two": Songs(perfect(3))}, True, Silent(), 2)
    assert list(found.origins.values()) == ["one", "two"]


def test_without_datasets_there_is_no_real_music():
    assert split_of_datasets({}, True, Silent(), 10) is None


def test_damaged_files_are_counted(perfect, tmp_path):
    (tmp_path / "deep").mkdir()
    perfect(1)[0].score.dump_midi(tmp_path / "deep" / "good.MID")
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    found = music_in_folder(tmp_path, Silent(), 10)
    assert (list(found.scores), found.left_out) == (["deep/good.MID"], 1)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: no such folder"):
        music_in_folder(tmp_path / "nowhere", Silent(), 10)


def test_figures_stand_beside_each_other(perfect):
    takes = perfect(4)
    real = real_music({"x": takes[0].score, "y": takes[2].score}, song="s")
    found = compare(takes, 2, takes[::2], real, bars=4, seed=0)
    assert found["takes"]["groove"]["n"] == found["rules"]["groove"]["n"] == 4
    assert found["real"]["groove"] == {"value": 1.0, "low": None, "high": None, "n": 1}
    assert found["real"]["exact_length"]["value"] is None


def test_held_out_music_that_is_also_training_music_is_left_out(perfect):
    takes = perfect(4)
    seen = real_music({"x": takes[0].score}, song="x")
    found = runs_of(takes, 2, seen, seen, bars=4, seed=0)["orders"]["all"]
    assert found["real"] is None
    assert found["takes"]["longest"]["notes"] == found["takes"]["longest"]["of"]
