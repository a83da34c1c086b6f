"""Small trees in the layout of the Lakh MIDI Dataset and of MAESTRO."""

from __future__ import annotations

import json
import shutil

import pytest

from psychoscore_core.errors import DataError
from psychoscore_midi_folder.lakh import Lakh
from psychoscore_midi_folder.maestro import Maestro
from psychoscore_midi_folder.plugin import LakhConfig, MaestroConfig

TRACKS = {"TRAAAGR128F425B14B": ("aaa", "bbb"), "TRAAAZF12903CCCF6B": ("ccc",), "TRBAAQR128F425B14C": ("ddd",)}
HEADER = ("canonical_composer", "canonical_title", "split", "year", "midi_filename", "audio_filename", "duration")
ROWS = (
    ("Alban Berg", "Sonata Op. 1", "train", "2018", "2018/one.midi", "2018/one.wav", "698.6"),
    ("Alban  Berg", "Sonata op. 1", "train", "2008", "2008/two.midi", "2008/two.wav", "759.5"),
    ("Franz Liszt", '"Mazeppa", S. 139', "test", "2009", "2009/three.midi", "2009/three.wav", "460.1"),
    ("Franz Liszt", "Gnomenreigen", "validation", "2009", "2009/four.midi", "2009/four.wav", "160.1"),
)


@pytest.fixture
def lakh(tmp_path, tiny):
    """Write two parts; every file is another piece of music, named like its MD5."""
    for number, name in enumerate(("0aa", "0bb", "f00")):
        tiny.write(tmp_path / "lmd_full" / name[0] / f"{name}.mid", tiny.score_of(tiny.tune(40 + number)))
    for track, names in TRACKS.items():
        for name in names:
            at = tmp_path / "lmd_matched" / track[2] / track[3] / track[4] / track / f"{name}.mid"
            tiny.write(at, tiny.score_of(tiny.tune(50 + ord(name[0]) - ord("a"))))
    return lambda **options: Lakh(LakhConfig(path=tmp_path, cache=tmp_path / "cache", **options))


@pytest.fixture
def scores(tmp_path):
    table = {"TRAAAGR128F425B14B": {"aaa": 0.61, "bbb": 0.78}, "TRAAAZF12903CCCF6B": {"ccc": 0.5}}
    (tmp_path / "match_scores.json").write_text(json.dumps(table))


@pytest.fixture
def maestro(tmp_path, tiny):
    for number, row in enumerate(ROWS):
        tiny.write(tmp_path / row[4], tiny.score_of(tiny.tune(48 + number)))
    cells = ["".join(f'"{cell.replace(chr(34), chr(34) * 2)}",' for cell in row)[:-1] for row in (HEADER, *ROWS)]
    (tmp_path / "maestro-v3.0.0.csv").write_text("\n".join(cells) + "\n")
    return lambda **options: Maestro(MaestroConfig(path=tmp_path, cache=tmp_path / "cache", **options))


def pieces(data):
    data.check()
    return {key: data.load(key)[0] for key in data.keys()}  # noqa: SIM118  # no mapping


def test_matched_tracks_are_groups(lakh):
    found = pieces(lakh())
    assert {piece.group for piece in found.values()} == set(TRACKS) and len(found) == 4
    assert found["A/A/A/TRAAAZF12903CCCF6B/ccc.mid"].labels["track"] == "TRAAAZF12903CCCF6B"


def test_only_a_tracks_best_match_is_taken(lakh, scores):
    assert [key.rpartition("/")[2] for key in list(lakh().keys())] == ["bbb.mid", "ccc.mid", "ddd.mid"]
    assert len(lakh(best=False).keys()) == 4


def test_matches_below_the_score_are_left_out(lakh, scores):
    assert [key.rpartition("/")[2] for key in list(lakh(min_score=0.6, best=False).keys())] == ["aaa.mid", "bbb.mid"]


def test_a_wanted_score_needs_its_table(lakh):
    with pytest.raises(DataError, match=r"min_score needs match_scores\.json"):
        lakh(min_score=0.5).check()


@pytest.mark.parametrize("text", ["[1]", '{"TR": [1]}', '{"TR": {"a": "high"}}', "{"])
def test_a_damaged_table_of_scores_is_named(lakh, tmp_path, text):
    (tmp_path / "match_scores.json").write_text(text)
    with pytest.raises(DataError, match=r"match_scores\.json: "):
        lakh().keys()


def test_the_full_part_has_no_tracks(lakh):
    found = pieces(lakh(part="full"))
    assert list(found) == ["0/0aa.mid", "0/0bb.mid", "f/f00.mid"]
    assert all(piece.group.startswith("notes-") for piece in found.values())


def test_the_path_may_be_the_part_itself(lakh, tmp_path):
    inner = Lakh(LakhConfig(path=tmp_path / "lmd_matched", cache=tmp_path / "cache"))
    assert list(inner.keys()) == list(lakh().keys())


def test_the_wrong_part_is_named(lakh, tmp_path):
    shutil.rmtree(tmp_path / "lmd_matched")
    with pytest.raises(DataError, match="this is not the part 'matched' of the Lakh MIDI Dataset"):
        lakh(part="matched").check()


def test_no_lakh_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="no MIDI files of the Lakh MIDI Dataset here; set the dataset's `path`"):
        Lakh(LakhConfig(path=tmp_path)).check()


def test_maestro_has_the_official_splits_and_compositions_as_groups(maestro):
    found = pieces(maestro())
    assert {key: piece.split for key, piece in found.items()} == {row[4]: row[2] for row in ROWS}
    assert found["2018/one.midi"].group == found["2008/two.midi"].group == "alban berg: sonata op. 1"
    assert found["2009/three.midi"].labels["title"] == '"Mazeppa", S. 139'
    assert found["2009/three.midi"].labels["year"] == 2009


def test_maestros_bars_are_tracked(maestro):
    assert {piece.labels["bars_from"] for piece in pieces(maestro()).values()} == {"onsets"}


@pytest.mark.parametrize("columns", [True, False])
def test_maestros_json_forms_are_read(maestro, tmp_path, columns):
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    turned = {name: {str(index): row[name] for index, row in enumerate(rows)} for name in HEADER}
    (tmp_path / "maestro-v3.0.0.csv").rename(tmp_path / "old.txt")
    (tmp_path / "maestro-v2.0.0.json").write_text(json.dumps(turned if columns else rows))
    assert {piece.split for piece in pieces(maestro()).values()} == {"train", "validation", "test"}


def test_a_composition_in_two_splits_goes_where_most_of_it_is(maestro, tmp_path):
    table = tmp_path / "maestro-v3.0.0.csv"
    table.write_text(table.read_text().replace('op. 1","train"', 'op. 1","test"'))
    data = maestro()
    assert pieces(data)["2008/two.midi"].split == "train"
    assert data.remarks == [
        "alban berg: sonata op. 1 stands in several splits (1 in train, 1 in test); all of it goes to train"
    ]


def test_missing_performances_are_a_remark(maestro, tmp_path):
    (tmp_path / "2009" / "four.midi").unlink()
    data = maestro()
    assert len(data.keys()) == 3
    assert data.remarks == ["1 files that maestro-v3.0.0.csv names are not here"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("midi_filename", "file", "no column 'midi_filename'"),
        ('"test"', '"exam"', "row 4: the split 'exam' is none of train, validation, test"),
        ("2009/four.midi", "../four.midi", "there is no file '../four.midi' in the dataset"),
    ],
)
def test_bad_metadata_is_named(maestro, tmp_path, old, new, message):
    table = tmp_path / "maestro-v3.0.0.csv"
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(DataError, match=message):
        maestro().check()


def test_no_maestro_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"no maestro-v3\.0\.0\.csv or \.json here; set the dataset's `path`"):
        Maestro(MaestroConfig(path=tmp_path)).check()
