"""A planted copy is found with its exact length, in any key; what is new is not."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from symusic import Note, Score, Track

from psychoscore_evaluation.originality import ORDERS, Corpus


def tune(pitches: Sequence[int], step: int = 0) -> Score:
    """Return a melody, transposed by so many semitones; its rhythm follows from the untransposed pitches."""
    score, track, time = Score(480), Track("", 0, False), 0
    for pitch in pitches:
        track.notes.append(Note(time, 120, pitch + step, 80))
        time += 240 * (1 + pitch % 3)
    score.tracks.append(track)
    return score


def pitches(seed: int, length: int = 200) -> list[int]:
    rng = random.Random(seed)
    return [rng.randint(48, 84) for _ in range(length)]


@pytest.fixture(params=ORDERS)
def corpus(request) -> Corpus:
    return Corpus({f"song-{seed}": tune(pitches(seed)) for seed in range(5)}, request.param)


@pytest.mark.parametrize("length", [5, 24, 61])
def test_a_planted_transposed_copy_is_found_whole(corpus, length):
    stolen = pitches(3)[40 : 40 + length]
    # the notes around the copy must not fit by chance
    before, after = [pitches(3)[39] + 1, pitches(3)[40 + length] + 1]
    run = corpus.longest_runs([tune([*pitches(90, 50), before, *stolen, after, *pitches(91, 50)], step=7)])[0]
    assert run.notes == length
    assert run.source == "song-3"
    assert run.of == length + 102


def test_new_music_shares_little(corpus):
    assert all(run.notes <= 6 for run in corpus.longest_runs([tune(pitches(seed)) for seed in (70, 71)]))


def test_runs_do_not_go_from_one_song_into_the_next(corpus):
    joined = tune([*pitches(0)[-30:], *pitches(1)[:30]])
    assert corpus.longest_runs([joined])[0].notes == 30


def test_a_whole_song_is_a_whole_run(corpus):
    run = corpus.longest_runs([tune(pitches(2))])[0]
    assert (run.notes, run.share) == (200, 1.0)


def test_silence_and_one_note_share_nothing(corpus):
    assert [run.notes for run in corpus.longest_runs([Score(480), tune([60])])] == [0, 0]


def test_the_corpus_keeps_to_its_limit():
    corpus = Corpus({str(seed): tune(pitches(seed)) for seed in range(5)}, "all", max_notes=450)
    assert (len(corpus.names), corpus.left_out) == (2, 3)
    assert len(corpus.tokens) <= 450


def test_an_empty_corpus_shares_nothing():
    assert Corpus({}, "all").longest_runs([tune(pitches(0))])[0].notes == 0


def test_the_answer_is_the_plain_dynamic_programs():
    rng = np.random.default_rng(0)
    songs = {str(i): tune([60 + int(p) for p in rng.integers(0, 3, 60)]) for i in range(3)}
    query = tune([60 + int(p) for p in rng.integers(0, 3, 60)])
    corpus, asked = Corpus(songs, "all"), Corpus({"query": query}, "all").tokens[:-1]
    best, row = 0, np.zeros(len(corpus.tokens) + 1, int)
    for token in asked:
        row = np.concatenate([[0], np.where(corpus.tokens == token, row[:-1] + 1, 0)])
        best = max(best, int(row.max()))
    assert corpus.longest_runs([query])[0].notes == best + 1
