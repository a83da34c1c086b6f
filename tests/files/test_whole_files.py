from __future__ import annotations

from pathlib import Path

import pytest

from psychoscore_core.whole_files import read_json, replacing, replacing_folder, write_json


def test_json_comes_back_and_nothing_else_is_left(tmp_path):
    write_json(tmp_path / "a.json", {"path": tmp_path})
    assert read_json(tmp_path / "a.json") == {"path": str(tmp_path)}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_writing_that_fails_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(OSError, match="disk full"), replacing(tmp_path / "a.json") as part:
        part.write_text("half")
        raise OSError("disk full")
    assert read_json(tmp_path / "a.json") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_what_a_killed_writing_left_is_overwritten(tmp_path):
    (tmp_path / ".a.json.part").write_text("half")
    write_json(tmp_path / "a.json", 2)
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_damaged_file_is_read_as_none(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert read_json(tmp_path / "a.json") is None


def test_a_folder_appears_whole_and_replaces_one_of_its_kind(tmp_path):
    for text in ("first", "second"):
        with replacing_folder(tmp_path / "made", "mark") as part:
            (part / "mark").write_text(text)
    assert (tmp_path / "made" / "mark").read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


def test_a_folder_that_fails_leaves_the_old_one(tmp_path):
    with replacing_folder(tmp_path / "made", "mark") as part:
        (part / "mark").write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing_folder(tmp_path / "made", "mark") as part:
        (part / "half").write_text("new")
        raise OSError("disk full")
    assert [p.name for p in (tmp_path / "made").iterdir()] == ["mark"]
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


def test_a_folder_that_cannot_be_moved_into_place_leaves_the_old_one(tmp_path, monkeypatch):
    with replacing_folder(tmp_path / "made", "mark") as part:
        (part / "mark").write_text("old")
    rename = Path.rename

    def full(source, target):
        if source.name.endswith(".part"):
            raise OSError("disk full")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="disk full"), replacing_folder(tmp_path / "made", "mark"):
        pass
    assert (tmp_path / "made" / "mark").read_text() == "old"


def test_what_a_killed_writing_of_a_folder_left_goes(tmp_path):
    (tmp_path / ".made.part").mkdir()
    (tmp_path / ".made.part" / "half").write_text("x")
    with replacing_folder(tmp_path / "made", "mark") as part:
        assert list(part.iterdir()) == []


@pytest.mark.parametrize("make", [lambda p: p.write_text("x"), lambda p: (p / "mine").mkdir(parents=True)])
def test_what_is_no_such_folder_stays(tmp_path, make):
    make(tmp_path / "made")
    with pytest.raises(FileExistsError, match="no folder with a mark"), replacing_folder(tmp_path / "made", "mark"):
        pass
    assert (tmp_path / "made").exists() and len(list(tmp_path.iterdir())) == 1
