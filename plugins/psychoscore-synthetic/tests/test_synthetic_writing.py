"""The dataset on disk: whole files, kept on the second call, refused where others lie."""

import json

import pytest
import symusic
from click.testing import CliRunner

from psychoscore_core.errors import ConfigError, DataError
from psychoscore_core.profile_json import read_profile
from psychoscore_synthetic import dataset, writing
from psychoscore_synthetic.command import synthetic
from psychoscore_synthetic.dataset import Synthetic
from psychoscore_synthetic.plugin import SyntheticConfig

pytestmark = pytest.mark.usefixtures("stand_in")


def write(folder, num_pairs=60, **options):
    """Return how many pairs there are and how many of them are new."""
    chunks = list(writing.write(SyntheticConfig(num_pairs=num_pairs, **options), folder, workers=1))
    return tuple(sum(counts) for counts in zip(*chunks, strict=True))


def files(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pair_is_the_music_and_the_profile_of_the_dataset(tmp_path):
    write(tmp_path / "out")
    (piece,) = Synthetic(SyntheticConfig(num_pairs=60)).load("000005")
    assert read_profile(tmp_path / "out/000/000005.profile.json") == piece.profile
    assert (tmp_path / "out/000/000005.mid").read_bytes() == piece.score.dumps_midi()
    assert symusic.Score(tmp_path / "out/000/000005.mid").note_num() > 0


def test_a_thousand_pairs_share_a_folder(tmp_path):
    assert str(writing.place_of(tmp_path, "000999", "000999").relative_to(tmp_path)) == "000/000999"
    assert str(writing.place_of(tmp_path, "9999999", "x").relative_to(tmp_path)) == "9999/x"


def test_the_index_says_what_is_true_of_each_piece(tmp_path):
    write(tmp_path, num_pairs=20, transpose="all")
    lines = [json.loads(line) for line in (tmp_path / "index.jsonl").read_text().splitlines()]
    source = Synthetic(SyntheticConfig(num_pairs=20, transpose="all"))
    first = source.load("000000")[1]
    told = next(line for line in lines if line["id"] == first.id)
    assert (told["group"], told["key"], told["tempo"]) == ("000000", first.attributes.key, first.attributes.tempo)
    assert len(lines) == len(list(tmp_path.glob("*/*.mid"))) > 200


def test_writing_again_keeps_what_is_there(tmp_path):
    assert write(tmp_path) == (60, 60)
    before = files(tmp_path)
    assert write(tmp_path) == (60, 0)
    assert files(tmp_path) == before


def test_more_pairs_go_on_behind_the_old_ones(tmp_path):
    write(tmp_path, num_pairs=30)
    assert write(tmp_path, num_pairs=45) == (45, 15)
    assert len((tmp_path / "index.jsonl").read_text().splitlines()) == 45


def test_a_killed_writing_goes_on_to_the_same_files(tmp_path, monkeypatch):
    write(tmp_path / "whole")
    calls, compose = iter(range(25)), dataset.composed
    monkeypatch.setattr(dataset, "composed", lambda *facts: compose(*facts) if next(calls) < 24 else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "killed")
    (tmp_path / "killed/000/.000024.mid.part").write_bytes(b"half")
    (tmp_path / "killed/000/000003.profile.json").unlink()
    monkeypatch.setattr(dataset, "composed", compose)
    assert write(tmp_path / "killed") == (60, 37)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_another_seed_in_the_same_folder_is_refused(tmp_path):
    write(tmp_path, num_pairs=2, seed=1)
    with pytest.raises(DataError, match="made with seed 1, not 2; choose another folder"):
        write(tmp_path, num_pairs=2, seed=2)


def test_a_folder_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(DataError, match="holds other files; choose an empty or new folder"):
        write(tmp_path)
    assert files(tmp_path) == {"thesis.txt": b"precious"}


def test_damaged_settings_are_named(tmp_path):
    (tmp_path / "settings.json").write_text("[1")
    with pytest.raises(DataError, match="settings.json: damaged; choose another folder"):
        write(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match="out: not a folder"):
        write(tmp_path / "out")


def test_what_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written: Not a directory"):
        write(tmp_path / "file" / "out")


def test_the_command_counts_what_it_wrote(tmp_path):
    result = CliRunner().invoke(
        synthetic, ["write", "--num-pairs", "3", "--out", str(tmp_path), "--workers", "1"], catch_exceptions=False
    )
    assert result.output.endswith(f"{tmp_path}: 3 pairs, 3 of them new\n")


def test_the_command_refuses_crossed_lengths(tmp_path):
    arguments = ["write", "--out", str(tmp_path), "--bars-minimum", "9", "--bars-maximum", "8"]
    with pytest.raises(ConfigError, match="synthetic write: bars_maximum \\(8\\) must not be below"):
        CliRunner().invoke(synthetic, arguments, catch_exceptions=False)
