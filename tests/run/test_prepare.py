from __future__ import annotations

import json

import fake_parts
import numpy as np
import pytest

from psychoscore_core.errors import DataError
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepare import prepare
from psychoscore_core.stages.prepared_data import PreparedWriter
from psychoscore_core.stages.preparer import Preparer, Recipe


@pytest.fixture
def recipe(tmp_path):
    return recipe_of(tmp_path)


def recipe_of(folder, **options):
    catalogue = fake_parts.Catalogue()
    encoder = fake_parts.Encoder(None)
    fake_parts.Tokenizer(None, encoder.prefix_tokens).save(folder)
    part = {kind: (next(iter(catalogue.components(kind).values())), fake_parts.Options(**options)) for kind in KINDS}
    return Recipe(
        encoder=part["encoder"],
        tokenizer=part["tokenizer"],
        tokenizer_folder=folder,
        datasets={"fake": part["dataset"]},
    )


KINDS = ("encoder", "tokenizer", "dataset")


def keys(count):
    return {"fake": fake_parts.Dataset(fake_parts.Options(pieces=count)).keys()}


def read(folder):
    examples = [json.loads(line) for line in (folder / "examples.jsonl").read_text().splitlines()]
    left_out = [json.loads(line) for line in (folder / "report.jsonl").read_text().splitlines()]
    return examples, left_out


def test_every_piece_is_an_example_or_a_line_of_the_report(recipe, tmp_path):
    prepare(recipe, keys(40), {"families": [1]}, tmp_path, Silent())
    examples, left_out = read(tmp_path)
    assert len(examples) == 38
    assert [(x["id"], x["reason"]) for x in left_out] == [("p007", "p007.mid: cut short"), ("p008", "no notes")]


def test_rows_lie_where_the_index_says(recipe, tmp_path):
    prepare(recipe, keys(20), {}, tmp_path, Silent())
    examples, _ = read(tmp_path)
    rows = np.fromfile(tmp_path / "rows.i32", "<i4")
    last = examples[-1]
    expected = Preparer(recipe).tokenizer.encode(fake_parts.score_of([67] * 6), ("HIGH",)).rows[:, 0]
    assert last["id"] == "p019"
    assert rows[last["offset"] : last["offset"] + last["length"]].tolist() == expected.tolist()


def test_the_order_does_not_depend_on_the_workers(recipe, tmp_path):
    prepare(recipe, keys(40), {}, tmp_path, Silent())
    assert [e["id"] for e in read(tmp_path)[0]] == [f"p{i:03}" for i in range(40) if i not in (7, 8)]


def test_a_piece_that_kills_its_process_is_one_line(tmp_path):
    prepare(recipe_of(tmp_path, kill=True), keys(20), {}, tmp_path, Silent())
    examples, left_out = read(tmp_path)
    assert len(examples) == 17
    assert left_out[-1] == {"id": "p009", "dataset": "fake", "reason": "reading it killed the process"}


def test_a_killed_preparation_goes_on_behind_its_last_chunk(recipe, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    for folder in (whole, cut):
        folder.mkdir()
    prepare(recipe, keys(40), {}, whole, Silent())
    writer = PreparedWriter(cut)
    writer.append(Preparer(recipe).prepare([("fake", key) for key in keys(40)["fake"][:16]]))
    with (cut / "rows.i32").open("ab") as file:
        file.write(b"half a chunk")  # what a kill in the middle of the next chunk leaves
    prepare(recipe, keys(40), {}, cut, Silent())
    assert (cut / "rows.i32").read_bytes() == (whole / "rows.i32").read_bytes()
    assert read(cut) == read(whole)


def test_data_of_which_nothing_is_usable_is_an_error(recipe, tmp_path):
    with pytest.raises(DataError, match="none of the 1 pieces could be used"):
        prepare(recipe, {"fake": ["p007"]}, {}, tmp_path, Silent())
