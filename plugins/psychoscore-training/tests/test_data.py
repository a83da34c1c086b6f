"""Prepared data is read whole and consistent, or refused in one line."""

import json
from pathlib import Path

import numpy as np
import pytest

from psychoscore_core.errors import DataError
from psychoscore_training.data import open_prepared


def edit(path: Path, line: int, **changes: object) -> None:
    lines = path.read_text().splitlines()
    lines[line] = json.dumps(json.loads(lines[line]) | changes)
    path.write_text("\n".join(lines) + "\n")


def test_columns_say_what_was_written(corpus):
    assert corpus.ids[:2] == ("p0", "p1") and corpus.vectors.shape == (12, 2)
    assert corpus.bar_conditions.shape == (72, 2) and corpus.bar_offsets[-1] == 72
    assert corpus.split("validation").tolist() == [3, 7, 11]
    assert corpus.groups[0] == corpus.groups[1] != corpus.groups[2]


def test_rows_stay_on_disk(corpus):
    assert isinstance(corpus.rows.base, np.memmap) and corpus.rows.shape == (28 * 12, 1)


def test_a_truncated_row_file_is_refused(corpus):
    path = corpus.folder / "rows.i32"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DataError, match=r"rows.i32: 1340 bytes, but prepare.json promises 1344"):
        open_prepared(corpus.folder)


def test_an_id_outside_its_family_is_refused(corpus):
    path = corpus.folder / "rows.i32"
    path.write_bytes(np.array([99], "<i4").tobytes() + path.read_bytes()[4:])
    with pytest.raises(DataError, match="family 0 has ids 1 to 99, outside 0 to 20"):
        open_prepared(corpus.folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"offset": 10**9}, "line 3: ValueError: rows 1000000000 to 1000000028 lie outside the 336 rows"),
        ({"offset": -1}, "line 3: ValueError: rows -1"),
        ({"prefix": 28}, "line 3: ValueError: a prefix of 28 rows"),
        ({"length": "28"}, "line 3: ValueError: .* whole numbers"),
        ({"split": "dev"}, "line 3: ValueError: the split 'dev' is none of train, validation, test"),
        ({"vector": [1.0]}, "vectors differ in length"),
        ({"vector": [1.0, float("nan")]}, "not finite"),
        ({"bar_conditions": [[1.0, 2.0], [1.0]]}, "line 3: ValueError"),
    ],
)
def test_a_damaged_example_is_named(corpus, changes, message):
    edit(corpus.folder / "examples.jsonl", 2, **changes)
    with pytest.raises(DataError, match=message):
        open_prepared(corpus.folder)


def test_a_missing_folder_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="prepare.json: not readable as prepared data"):
        open_prepared(tmp_path)


def test_a_missing_example_is_a_data_error(corpus):
    path = corpus.folder / "examples.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(DataError, match="11 examples, but prepare.json promises 12"):
        open_prepared(corpus.folder)


def test_an_unknown_split_is_a_data_error(corpus):
    with pytest.raises(DataError, match="no split 'dev'"):
        corpus.split("dev")


def test_a_piece_without_a_vector_has_zeros_and_says_so(corpus):
    edit(corpus.folder / "examples.jsonl", 1, vector=None)
    data = open_prepared(corpus.folder)
    assert data.stated.tolist() == [True, False, *[True] * 10]
    assert not data.vectors[1].any() and data.vectors[2].all()


def test_where_no_piece_has_a_vector_the_caller_says_how_long_they_are(corpus):
    for line in range(12):
        edit(corpus.folder / "examples.jsonl", line, vector=None)
    assert open_prepared(corpus.folder, dimensions=57).vectors.shape == (12, 57)
