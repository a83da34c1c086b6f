"""Arrangements on disk become pieces; listeners' ratings become profiles."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece
from psychoscore_core.testing import check_plugin, conformance
from psychoscore_emopia.quadrants import QUADRANTS
from psychoscore_vgmidi import plugin
from psychoscore_vgmidi.catalogue import game_of, plain
from psychoscore_vgmidi.dataset import Vgmidi
from psychoscore_vgmidi.moods import Mood, mood_profile, quadrant_of
from psychoscore_vgmidi.plugin import VgmidiConfig

test_conformance = conformance(plugin)
HAPPY, SAD, TORN = "Mana_SNES_Secret of Mana_Happy", "Other_PC_The Sims_Sad", "Other_N64_GoldenEye 007_Torn"


def dataset(path: Path, **options: Any) -> Vgmidi:
    return Vgmidi(VgmidiConfig(path=path, **options))


def pieces(path: Path, **options: Any) -> dict[str, Piece]:
    data = dataset(path, **options)
    return {piece.id: piece for key in data.keys() for piece in data.load(key)}  # noqa: SIM118  # no mapping


def test_labels_are_the_mean_ratings_and_the_quadrant(corpus):
    found = {key: dict(piece.labels) for key, piece in pieces(corpus).items()}
    assert found[HAPPY] == {"quadrant": 1, "valence": 0.5, "arousal": 0.25}
    assert found[SAD] == {"quadrant": 3, "valence": -0.25, "arousal": -0.6}


def test_segments_that_cancel_out_leave_it_to_the_ratings(corpus):
    assert pieces(corpus)[TORN].labels["quadrant"] == 2


def test_without_ratings_the_labels_are_all_there_is(corpus):
    (corpus / "va_continuous.json").unlink()
    assert pieces(corpus)[SAD].labels == {"quadrant": 3, "valence": -1, "arousal": -1}


@pytest.mark.parametrize(("v", "a", "number"), [(1, 1, 1), (-1, 1, 2), (-1, -1, 3), (1, -1, 4)])
def test_quadrants_are_russells(v, a, number):
    assert quadrant_of(v, a) == number
    assert (QUADRANTS[number].valence, QUADRANTS[number].arousal) == (v, a)


def test_strong_ratings_reach_the_ends_of_the_quadrants_ranges():
    low, high = mood_profile(Mood(-0.9, -0.9, 3)), mood_profile(Mood(0.9, 0.9, 1))
    assert (low.trauma, low.entropy) == (0.9, 0.1)
    assert (high.trauma, high.entropy) == (0.1, 0.9)
    assert mood_profile(Mood(0.0, 0.0, 3)).trauma == pytest.approx(0.8)


def test_given_names_what_has_evidence(corpus):
    found = pieces(corpus)[HAPPY].profile
    assert found.given == {"trauma", "entropy", "disc.dominance", "ocean.extraversion"}
    assert (found.trauma, found.entropy) == (0.1, 0.85)


def test_unlabelled_pieces_have_neutral_profiles(corpus):
    found = pieces(corpus, pieces="unlabelled")
    assert len(found) == 3
    assert all(piece.profile == Profile() and not piece.profile.given and not piece.labels for piece in found.values())


def test_both_is_both(corpus):
    assert len(pieces(corpus, pieces="both")) == 6


def test_an_unlabelled_piece_goes_where_its_game_went(corpus):
    found = pieces(corpus, pieces="unlabelled")
    assert found["unlabelled/Sims_The_Buying"].split == "validation"


def test_games_that_the_manifest_holds_out_are_for_testing(corpus):
    assert pieces(corpus, pieces="unlabelled")["unlabelled/Final_Fantasy_7_Prelude"].split == "test"


@pytest.mark.parametrize(
    ("stem", "game"),
    [
        ("Mana_GB_Final Fantasy Adventure_Battle", "Final Fantasy Adventure"),
        ("Final_Fantasy_7_Prelude", "Final Fantasy 7"),
        ("Tetris", "Tetris"),
    ],
)
def test_a_file_names_its_game(stem, game):
    assert game_of(stem) == game


def test_spellings_of_a_game_agree():
    assert plain("The Legend of Zelda Majora's Mask") == plain("Legend Of Zelda The Majoras Mask")
    assert plain("Final Fantasy VII") == plain("final fantasy 7") != plain("Final Fantasy VIII")


def test_bars_keys_and_tempos_are_the_files(corpus):
    piece = pieces(corpus)[HAPPY]
    assert [(e.time, e.numerator, e.denominator) for e in piece.score.time_signatures] == [(0, 3, 4)]
    assert [(k.key, k.tonality) for k in piece.score.key_signatures] == [(-3, 0)]
    assert piece.attributes.tempo == pytest.approx(90)
    assert piece.attributes.key is None  # the files say major of minor pieces too


def test_splits_and_groups_are_the_games(corpus):
    found = pieces(corpus)
    assert (found[SAD].group, found[SAD].split) == ("The Sims", "validation")
    assert found[HAPPY].split == "train"


def test_transpositions_are_for_training_only_and_move_the_key(corpus):
    found = pieces(corpus, transpose=1)
    assert [key for key in found if key.startswith(HAPPY)] == [f"{HAPPY}-1", HAPPY, f"{HAPPY}+1"]
    assert found[f"{HAPPY}+1"].score.key_signatures[0].key == 4
    assert found[HAPPY].score.key_signatures[0].key == -3
    assert f"{SAD}+1" not in found


def test_without_a_manifest_the_authors_table_will_do(corpus, write):
    (corpus / "manifest.csv").unlink()
    name = "labelled/phrases/Final Fantasy VII_Aerith_0.mid"
    write.piece(corpus / name)
    found = pieces(corpus)["Final Fantasy VII_Aerith_0"]
    assert (found.group, found.labels["quadrant"], found.labels["valence"]) == ("Final Fantasy VII", 4, 1)


def test_what_is_not_there_is_remarked(corpus):
    (corpus / "labelled_midi" / f"{SAD}.mid").unlink()
    data = dataset(corpus)
    assert len(data.keys()) == 2
    assert data.remarks == [f"{corpus / 'manifest.csv'}: 1 of its 3 files are not there"]


def test_the_digest_follows_every_file(corpus, write):
    before = dataset(corpus).digest()
    assert dataset(corpus).digest() == before
    write.ratings(corpus / "va_continuous.json")
    assert dataset(corpus).digest() != before


@pytest.mark.parametrize("wanted", ["labelled", "unlabelled", "both"])
def test_missing_data_says_what_to_get(tmp_path, wanted):
    with pytest.raises(DataError, match="nowhere: VGMIDI's .* is not here .* get lucasnfe/vgmidi on GitHub"):
        dataset(tmp_path / "nowhere", pieces=wanted).check()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("x", 0, "../x.mid", "G", 1, 1, "train"), r"'\.\./x\.mid' is not a file of the corpus"),
        (("x", 0, "/etc/x.mid", "G", 1, 1, "train"), "is not a file of the corpus"),
        (("x", 0, f"labelled_midi/{SAD}.mid", "G", 3, 1, "train"), "has the valence '3', which is neither -1 nor 1"),
        (("x", 0, f"labelled_midi/{SAD}.mid", "G", 1, 1, "exam"), "the split 'exam' is none of train, val and test"),
    ],
)
def test_a_damaged_manifest_is_a_data_error(corpus, write, row, message):
    write.table(corpus / "manifest.csv", write.header, row)
    with pytest.raises(DataError, match=message):
        dataset(corpus).check()


def test_a_manifest_without_a_column_is_named(corpus):
    (corpus / "manifest.csv").write_text("piece,game,split\nx,y,train\n")
    with pytest.raises(DataError, match=r"manifest\.csv: no column 'midi'"):
        dataset(corpus).check()


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"x": 1}', '{"x": {}}', '{"x": {"valence_piece": 7, "arousal_piece": 0}}']
)
def test_damaged_ratings_are_a_data_error(corpus, text):
    (corpus / "va_continuous.json").write_text(text)
    with pytest.raises(DataError, match=r"va_continuous\.json: (not a table of ratings|the ratings of 'x')"):
        dataset(corpus).check()


def test_a_damaged_piece_is_a_data_error(corpus):
    (corpus / "labelled_midi" / f"{SAD}.mid").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"Sad\.mid: "):
        dataset(corpus).load(SAD)


def test_broken_bars_are_a_data_error(corpus, write):
    write.piece(corpus / "labelled_midi" / f"{SAD}.mid", off=60)
    with pytest.raises(DataError, match=r"Sad\.mid: broken bars: 0% of the onsets lie on them, under 70%"):
        dataset(corpus).load(SAD)


def test_an_unknown_piece_is_a_data_error(corpus):
    with pytest.raises(DataError, match="there is no piece 'nobody'"):
        dataset(corpus).load("nobody")


def test_the_plugin_passes_the_conformance_kit(corpus):
    config = VgmidiConfig(path=corpus, pieces="both", transpose=1)
    outcomes = check_plugin(plugin, configs={"dataset:vgmidi": config})
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes


@pytest.mark.corpus
def test_the_real_corpus_keeps_its_games_apart(real):
    data, splits = dataset(real, pieces="both"), defaultdict(set)
    assert len(data.keys()) == 172 + 663
    for source in data._sources.values():
        splits[plain(source.game)].add(source.split)
    assert all(len(names) == 1 for names in splits.values())


@pytest.mark.corpus
def test_nearly_every_real_labelled_piece_loads(real):
    data, found = dataset(real), []
    for key in data.keys():  # noqa: SIM118  # no mapping
        try:
            found += data.load(key)
        except DataError as error:
            assert "broken bars" in str(error)
    assert Counter(piece.split for piece in found) == {"train": 141, "validation": 30}
