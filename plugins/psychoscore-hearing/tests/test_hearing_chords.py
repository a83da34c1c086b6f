"""Chords come from markers, else from what sounds."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.chord_symbols import QUALITIES
from psychoscore_core.records import KEYS
from psychoscore_hearing.chords import RECOGNISED, chords_of
from psychoscore_hearing.music import hear


def _chords(score):
    return chords_of(score, hear(score))


@pytest.mark.parametrize("quality", RECOGNISED)
@pytest.mark.parametrize("root", [0, 5, 10])
def test_a_chord_in_root_position_is_recognised(build, chord, quality, root):
    found = _chords(build(chord(0, 4, *(48 + root + above for above in QUALITIES[quality]))))
    assert found.symbol == [KEYS[root] + quality] * 2
    assert np.flatnonzero(found.chroma[0, 0]).tolist() == sorted((root + above) % 12 for above in QUALITIES[quality])


def test_half_bars_have_chords_of_their_own(build, chord):
    found = _chords(build(chord(0, 2, 48, 52, 55) + chord(2, 2, 53, 57, 60)))
    assert found.root.tolist() == [[0, 5]]


def test_a_silent_half_bar_keeps_the_chord_before(build, chord):
    found = _chords(build(chord(2, 2, 48, 52, 55) + chord(8, 2, 53, 57, 60)))
    assert found.root.tolist() == [[-1, 0], [0, 0], [5, 5]]


def test_a_passing_note_does_not_hide_the_chord(build, chord):
    assert _chords(build([*chord(0, 4, 48, 52, 55), (1, 0.25, 66)])).symbol[0] == "C"


def test_markers_win_over_notes(build, chord):
    score = build(chord(0, 8, 48, 52, 55), [(4, 1, 60)], chords=[(0, "Am7"), (2, "N"), (4, "G/B")])
    found = _chords(score)
    assert found.symbol == ["Am7", "", "G/B", "G/B"]
    assert found.root.tolist() == [[9, -1], [7, 7]]
    assert not found.chroma[0, 1].any()


def test_a_marker_that_is_no_chord_is_passed_over(build, chord):
    score = build(chord(0, 4, 48, 52, 55), chords=[(0, "hello")])
    assert _chords(score).symbol == ["C", "C"]


def test_no_notes_have_no_chords(build):
    assert _chords(build()).chroma.shape == (0, 2, 12)
    assert _chords(build(drums=[(0, 1, 36)])).root.tolist() == [[-1, -1]]
