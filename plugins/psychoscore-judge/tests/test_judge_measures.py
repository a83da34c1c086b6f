"""Measures and patterns of single pieces."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Note, Score, Track

from psychoscore_judge.disguise import disguised
from psychoscore_judge.measures import patterns
from psychoscore_judge.measures.chord_windows import QUALITIES, chords
from psychoscore_judge.measures.heard import excerpts, heard
from psychoscore_judge.measures.measuring import measured


def of(*notes: tuple[int, int, int, int]) -> Score:
    score, track = Score(480), Track("", 0, False)
    track.notes.extend([Note(*note) for note in notes])
    score.tracks.append(track)
    return score


@pytest.mark.parametrize(
    "score",
    [
        of((0, 480, 60, 64)),
        of((0, 0, 0, 1), (0, 0, 127, 127)),
        of(*((9600 * 16, 1, 60, 64) for _ in range(3))),
        of((0, 480 * 4000, 60, 64), (480 * 3, 10, 61, 64)),
    ],
)
def test_strange_scores_have_the_same_finite_measures(score, piece):
    found = measured(heard(score))
    assert list(found) == list(measured(heard(piece(1))))
    assert np.isfinite(list(found.values())).all()
    assert np.isfinite(patterns.shares(heard(score))).all()


def test_patterns_of_a_family_have_length_one(piece):
    shares = patterns.shares(heard(piece(1)))
    assert shares.shape == (patterns.TOTAL,)
    assert (shares**2).sum() == pytest.approx(patterns.families(), abs=1e-3)


def test_transposing_changes_neither_patterns_nor_mode(piece):
    one, other = heard(piece(2, 3)), heard(piece(2, 3, shift=4))
    assert patterns.shares(one) == pytest.approx(patterns.shares(other))
    assert measured(one)["mode_temperley"] == pytest.approx(measured(other)["mode_temperley"])


def test_chords_are_recognised():
    triads = {"major": (60, 64, 67), "minor": (57, 60, 64), "diminished": (59, 62, 65), "dominant": (55, 59, 62, 65)}
    notes = [(bar * 1920, 1920, pitch, 64) for bar, triad in enumerate(triads.values()) for pitch in triad]
    found = chords(heard(of(*notes)), 16)
    assert [list(QUALITIES)[index] for index in found.quality] == list(triads)
    assert found.root.tolist() == [0, 9, 11, 7]


def test_by_the_clock_the_written_tempo_is_not_heard(piece):
    clocked = heard(piece(1), by_clock=True)
    assert clocked.tempo == 120
    assert clocked.onset[-1] / 2 == pytest.approx(clocked.seconds[-1] - clocked.seconds[0])


def test_a_disguise_changes_velocities_and_lengths_only(piece):
    one = heard(piece(1))
    other = disguised(one, np.random.default_rng(0))
    assert all(measured(one)[name] == measured(other)[name] for name in ("tempo", "gap_entropy", "pitch_mean"))
    assert (other.pitch == one.pitch).all() and (other.onset == one.onset).all()
    assert (other.velocity != one.velocity).any() and (other.duration <= one.duration * 1.1).all()


def test_excerpts_hold_every_note_once(piece):
    whole = heard(piece(1, bars=50))
    parts = excerpts(whole, 16)
    assert len(parts) == 3
    assert sum(len(part.onset) for part in parts) == len(whole.onset)
    assert all(part.bar[0] == 0 and 0 <= part.onset[0] < 4 for part in parts)


def test_drums_are_not_heard():
    score = of((0, 480, 60, 64))
    drums = Track("", 0, True)
    drums.notes.append(Note(0, 480, 36, 120))
    score.tracks.append(drums)
    assert len(heard(score).onset) == 1
