"""Tables of a corpus, and splits by name."""

from collections import Counter

import pytest

from psychoscore_core.corpus_files import csv_lists, csv_rows, seeded_split, text_of
from psychoscore_core.errors import DataError


@pytest.fixture
def table(tmp_path):
    def write(content):
        (tmp_path / "t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "t.csv"

    return write


def test_rows_go_by_the_headers_names(table):
    assert csv_rows(table("﻿song,split\r\n1,train\r\n\r\n2\r\n"), "song") == [
        {"song": "1", "split": "train"},
        {"song": "2", "split": ""},
    ]


def test_what_has_no_name_is_dropped(table):
    assert csv_rows(table("song,\n1,x,y\n")) == [{"song": "1"}]


def test_a_quoted_cell_may_hold_a_line_break(table):
    assert csv_lists(table('a,"b\nc"\n')) == [["a", "b\nc"]]


def test_an_empty_table_lacks_its_columns(table):
    assert csv_rows(table("")) == []
    with pytest.raises(DataError, match=r"t\.csv: no column 'song'$"):
        csv_rows(table(""), "song")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "not a text file: invalid start byte"),
        (b"x" * 200_000 + b"\n", "not a CSV file: field larger than field limit"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(table, content, message):
    with pytest.raises(DataError, match=message) as caught:
        csv_rows(table(content))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(table):
    with pytest.raises(DataError, match=r"t\.csv: too large for a table \(over 3 bytes\)"):
        text_of(table("song"), most=3)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(DataError, match="gone.csv: cannot be read: No such file or directory"):
        text_of(tmp_path / "gone.csv")


def test_the_shares_of_the_splits_are_kept():
    counts = Counter(seeded_split(f"song{index}", 3) for index in range(3000))
    assert [counts[split] / 3000 for split in ("train", "validation", "test")] == pytest.approx(
        [0.8, 0.1, 0.1], abs=0.02
    )


def test_a_split_depends_on_the_name_and_the_seed_alone():
    assert seeded_split("song1", 0) == seeded_split("song1", 0)
    assert {seeded_split("song1", seed) for seed in range(100)} == {"train", "validation", "test"}


def test_without_a_share_nothing_goes_there():
    assert {seeded_split(f"song{index}", 0, 0.5, 0.5) for index in range(100)} == {"train", "validation"}
