"""Clips on disk become labelled pieces."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from symusic import Score

from psychoscore_core.corpus_files import seeded_split
from psychoscore_core.errors import DataError
from psychoscore_core.records import Piece
from psychoscore_core.rule_table import DYNAMICS, key_of
from psychoscore_core.testing import check_plugin
from psychoscore_emopia import plugin
from psychoscore_emopia.dataset import Emopia
from psychoscore_emopia.evidence import dominance_of, extraversion_of
from psychoscore_emopia.plugin import EmopiaConfig
from psychoscore_emopia.quadrants import QUADRANTS


def dataset(path: Path, **options: Any) -> Emopia:
    return Emopia(EmopiaConfig(path=path, **options))


def pieces(path: Path, **options: Any) -> list[Piece]:
    data = dataset(path, **options)
    return [piece for key in data.keys() for piece in data.load(key)]  # noqa: SIM118  # no mapping


@pytest.fixture
def aligned(corpus: Path) -> Path:
    """Write an aligned copy whose first tempo is a default."""
    for clip in ("Q3_c_0", "Q2_--b_0_seg1"):
        text = (corpus / "midis" / "Q3_c_0.mid").read_bytes()
        path = corpus.parent / "beat_midi" / f"{clip}.mid"
        path.parent.mkdir(exist_ok=True)
        score = Score.from_midi(text)
        tempo = type(score.tempos[0])
        score.tempos.clear()
        score.tempos.extend([tempo(index * 480, qpm) for index, qpm in enumerate((120.0, 80.0, 90.0, 84.0, 86.0))])
        score.dump_midi(path)
    return corpus


def test_the_song_is_the_group_and_quadrants_are_russells(corpus):
    found = {p.id: (p.group, p.labels["quadrant"], p.labels["valence"], p.labels["arousal"]) for p in pieces(corpus)}
    assert found["Q3_song_a_2"] == ("song_a", 3, -1, -1)
    assert found["Q4_d_0"] == ("d", 4, 1, -1)
    assert found["Q2_--b_0"] == ("--b", 2, -1, 1)
    assert found["Q1_song_a_0"] == ("song_a", 1, 1, 1)


def test_profiles_lie_in_their_quadrants_ranges(corpus):
    for seed in range(20):
        for piece in pieces(corpus, seed=seed):
            quadrant = QUADRANTS[piece.labels["quadrant"]]
            assert quadrant.trauma[0] <= piece.profile.trauma <= quadrant.trauma[1]
            assert quadrant.entropy[0] <= piece.profile.entropy <= quadrant.entropy[1]


def test_profiles_follow_the_seed(corpus):
    first, again, other = ([p.profile for p in pieces(corpus, seed=seed)] for seed in (1, 1, 2))
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_given_names_what_has_evidence(corpus):
    given = {piece.id: piece.profile.given for piece in pieces(corpus)}
    always = {"trauma", "entropy", "disc.dominance", "ocean.extraversion"}
    assert given["Q3_c_0"] == always | {"ocean.openness"}
    assert given["Q4_d_0"] == always


def test_the_case_of_the_key_name_is_the_mode(corpus):
    known = {piece.id: (piece.attributes.key, piece.attributes.mode) for piece in pieces(corpus)}
    assert known["Q1_song_a_0"] == ("Bb", "Ionian")
    assert known["Q3_c_0"] == ("Gb", "Aeolian")
    assert known["Q4_d_0"] == (None, None)


def test_openness_leads_back_to_the_key_also_when_transposed(corpus):
    known = [piece for piece in pieces(corpus, transpose=6) if piece.attributes.key]
    assert known and all(key_of(piece.profile) == piece.attributes.key for piece in known)


@pytest.mark.parametrize("mark", DYNAMICS)
def test_dominance_leads_back_to_the_dynamics(corpus, mark):
    score = Score(corpus / "midis" / "Q4_d_0.mid")
    for note in score.tracks[0].notes:
        note.velocity = mark[2]
    found = next(below for below, _, _ in DYNAMICS if dominance_of(score) < below)
    assert found == mark[0]


def test_extraversion_is_notes_a_second(corpus):
    score = Score(corpus / "midis" / "Q4_d_0.mid")  # 8 notes in 4 seconds
    assert extraversion_of(score) == pytest.approx(0.103759)


def test_label_csv_alone_is_enough(corpus):
    (corpus / "key_mode_tempo.csv").unlink()
    assert all(piece.split == seeded_split(piece.group, 0) for piece in pieces(corpus))


def test_a_song_follows_its_split_file(corpus, split):
    split("train", "Q1_song_a_0", "Q9_not_a_clip")
    split("val", "Q2_--b_0", "Q2_gone_3")
    split("test", "Q3_c_0")
    found = {piece.group: piece.split for piece in pieces(corpus)}
    assert (found["song_a"], found["--b"], found["c"]) == ("train", "validation", "test")
    assert found["d"] == seeded_split("d", 0)


def test_a_leaking_song_goes_where_most_of_it_is(corpus, split):
    split("train", "Q1_song_a_0")
    split("val", "Q1_song_a_1", "Q3_song_a_2")
    data = dataset(corpus)
    assert data.load("Q1_song_a_0")[0].split == "validation"
    text = "the song song_a stands in several splits (1 in train, 2 in validation); all of it goes to validation"
    assert data.remarks == [text]


def test_the_seeded_split_is_near_its_shares():
    counts = Counter(seeded_split(f"song{index}", 3) for index in range(3000))
    shares = [counts[split] / 3000 for split in ("train", "validation", "test")]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_transpositions_are_for_training_only(corpus, split):
    split("train", "Q1_song_a_0")
    split("test", "Q3_c_0")
    data = dataset(corpus, transpose=2)
    assert sorted(piece.id for piece in data.load("Q1_song_a_0")) == sorted(
        "Q1_song_a_0" + shift for shift in ("", "-1", "-2", "+1", "+2")
    )
    assert [piece.id for piece in data.load("Q3_c_0")] == ["Q3_c_0"]


def test_a_transposition_moves_pitches_and_key(corpus, split):
    split("train", "Q1_song_a_0")
    found = {piece.id: piece for piece in dataset(corpus, transpose=2).load("Q1_song_a_0")}
    low = {name: min(note.pitch for note in piece.score.tracks[0].notes) for name, piece in found.items()}
    assert (low["Q1_song_a_0-2"], low["Q1_song_a_0"], low["Q1_song_a_0+2"]) == (58, 60, 62)
    assert (found["Q1_song_a_0-2"].attributes.key, found["Q1_song_a_0+2"].attributes.key) == ("Ab", "C")


def test_the_tempo_is_the_aligned_copys_median_and_a_performance_has_none(aligned):
    found = {piece.id: piece.attributes.tempo for piece in pieces(aligned, version="both")}
    assert found["Q3_c_0.aligned"] == pytest.approx(86, abs=0.01)
    assert found["Q3_c_0.performance"] is None


def test_both_versions_of_a_clip_are_in_one_group(aligned):
    found = {piece.id: (piece.group, piece.profile.trauma) for piece in pieces(aligned, version="both")}
    assert found["Q3_c_0.aligned"] == found["Q3_c_0.performance"]
    assert found["Q2_--b_0_seg1.aligned"] == found["Q2_--b_0.performance"]


def test_auto_takes_the_aligned_copy_where_there_is_one(corpus, request):
    assert not dataset(corpus).load("Q3_c_0")[0].attributes.tempo
    request.getfixturevalue("aligned")
    assert dataset(corpus).load("Q3_c_0")[0].attributes.tempo


def test_the_digest_follows_every_file(corpus):
    before = dataset(corpus).digest()
    assert dataset(corpus).digest() == before
    path = corpus / "midis" / "Q4_d_0.mid"
    path.write_bytes(path.read_bytes() + b"\0")
    assert dataset(corpus).digest() != before


def test_missing_data_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"EMOPIA is not here .* fetch it with `psyco emopia download --into "):
        dataset(tmp_path / "EMOPIA_2.2").check()


def test_a_missing_aligned_copy_is_named(corpus):
    with pytest.raises(DataError, match="beat_midi: no folder of beat-aligned MIDI files here"):
        dataset(corpus, version="aligned").check()


def test_a_contradicting_label_is_named(corpus):
    (corpus / "label.csv").write_text("ID,4Q,annotator\nQ4_d_0,3,A\n")
    with pytest.raises(DataError, match=r"label.csv: Q4_d_0 is labelled '3', which is not the quadrant in its name"):
        dataset(corpus).check()


def test_a_damaged_clip_is_a_data_error(corpus):
    (corpus / "midis" / "Q4_d_0.mid").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"Q4_d_0\.mid: "):
        dataset(corpus).load("Q4_d_0")


def test_an_unknown_clip_is_a_data_error(corpus):
    with pytest.raises(DataError, match="there is no clip 'nobody'"):
        dataset(corpus).load("nobody")


def test_the_plugin_passes_the_conformance_kit(aligned):
    outcomes = check_plugin(plugin, configs={"dataset:emopia": EmopiaConfig(path=aligned, version="both")})
    assert {outcome.status for outcome in outcomes.outcomes} == {"passed"}, outcomes


@pytest.mark.corpus
@pytest.mark.parametrize(("version", "count"), [("aligned", 984), ("performance", 983)])
def test_every_clip_of_the_real_corpus_loads(real, version, count):
    found = pieces(real, version=version)
    splits = defaultdict(set)
    for piece in found:
        splits[piece.group].add(piece.split)
    assert len(found) == count and len(splits) == 355
    assert Counter(piece.split for piece in found)["train"] == 869
    assert all(len(names) == 1 for names in splits.values())


@pytest.mark.corpus
def test_the_quadrants_ask_for_the_medians_of_the_train_split(real):
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for piece in pieces(real):
        if piece.split == "train":
            found[piece.labels["quadrant"]].append((piece.profile.disc.dominance, piece.profile.ocean.extraversion))
    for number, quadrant in QUADRANTS.items():
        dominance, extraversion = zip(*found[number], strict=True)
        assert quadrant.dominance == pytest.approx(median(dominance), abs=0.006)
        assert quadrant.extraversion == pytest.approx(median(extraversion), abs=0.006)
