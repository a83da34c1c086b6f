"""What the judge learns from: clips, the cache, and the corpora that it refuses."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from psychoscore_core.errors import DataError
from psychoscore_judge.examples import gather
from psychoscore_judge.folds import song_folds


@pytest.fixture
def copy(corpus, tmp_path):
    shutil.copytree(corpus.parent, tmp_path / "copy")
    return tmp_path / "copy" / "EMOPIA_2.2"


def test_clips_become_rows_of_finite_numbers(corpus, cache):
    examples = gather(corpus, cache)
    assert examples.measures.shape == examples.copies.shape == (48, len(examples.names))
    assert np.isfinite(examples.measures).all() and np.isfinite(examples.copies).all()
    assert len(set(examples.names.tolist())) == len(examples.names)


def test_the_test_split_is_never_learnt_from(copy, tmp_path):
    rows = (copy / "split" / "train.csv").read_text().splitlines()
    (copy / "split" / "train.csv").write_text("\n".join(row for row in rows if "song10" not in row))
    (copy / "split" / "test.csv").write_text("clip\nQ1_song10_0\nQ1_song10_1\n")
    examples = gather(copy, tmp_path / "cache")
    assert "song10" not in examples.songs
    assert "song11" in examples.songs


def test_without_the_aligned_copy_performances_are_heard_by_the_clock(copy, tmp_path):
    shutil.rmtree(copy.parent / "beat_midi")
    assert gather(copy, tmp_path / "cache").by_clock


def test_the_cache_is_no_pickle_and_a_damaged_one_is_made_again(corpus, tmp_path):
    first = gather(corpus, tmp_path)
    (file,) = tmp_path.glob("clips-*.npz")
    file.write_bytes(b"PK\x03\x04 no archive")
    again = gather(corpus, tmp_path)
    assert (again.measures == first.measures).all()
    assert np.load(file, allow_pickle=False)["measures"].shape == first.measures.shape


def test_other_files_have_another_digest(copy, tmp_path):
    first = gather(copy, tmp_path / "cache")
    shutil.copy(copy.parent / "beat_midi" / "Q1_song10_0.mid", copy.parent / "beat_midi" / "Q1_song10_7.mid")
    assert gather(copy, tmp_path / "cache").digest != first.digest


def test_a_missing_corpus_is_one_line(tmp_path):
    with pytest.raises(DataError, match="EMOPIA is not here"):
        gather(tmp_path, tmp_path / "cache")


def test_too_few_clips_are_one_line(copy, tmp_path):
    for file in (copy.parent / "beat_midi").glob("Q2_*"):
        file.unlink()
    with pytest.raises(DataError, match="no clip of Q2 outside of the test split"):
        gather(copy, tmp_path / "cache")


def test_an_unwritable_cache_does_not_matter(corpus, tmp_path):
    (tmp_path / "file").write_text("")
    assert len(gather(corpus, tmp_path / "file" / "cache").songs) == 48


def test_folds_never_part_a_song_and_share_the_quadrants():
    random = np.random.default_rng(1)
    songs = np.array([f"s{number}" for number in random.integers(60, size=400)])
    quadrants = random.integers(1, 5, size=400)
    fold = song_folds(songs, quadrants, seed=0)
    assert all(len(set(fold[songs == song])) == 1 for song in set(songs))
    counts = np.array([np.bincount(quadrants[fold == number], minlength=5)[1:] for number in range(5)])
    assert counts.min() > 0.7 * 20 and counts.max() < 1.3 * 20
    assert (fold != song_folds(songs, quadrants, seed=1)).any()
