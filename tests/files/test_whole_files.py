from __future__ import annotations

import pytest

from psychoscore_core.whole_files import read_json, replacing, write_json


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
