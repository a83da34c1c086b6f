"""Key, mode and tempo: from the file where it says them, else from the notes."""

from __future__ import annotations

import pytest
from symusic import KeySignature

from psychoscore_midi_folder.attributes import attributes_of

G_MAJOR = [67, 69, 71, 72, 74, 76, 78, 79, 67, 71, 74, 79] * 3
A_MINOR = [57, 60, 64, 57, 59, 60, 64, 62, 60, 59, 57, 64] * 3


@pytest.mark.parametrize(("pitches", "key", "mode"), [(G_MAJOR, "G", "Ionian"), (A_MINOR, "A", "Aeolian")])
def test_a_key_is_estimated_where_the_file_has_none(tiny, pitches, key, mode):
    found = attributes_of(tiny.score_of(pitches), estimate_key=True)
    assert (found.key, found.mode) == (key, mode)


def test_without_estimation_nothing_is_known(tiny):
    found = attributes_of(tiny.score_of(G_MAJOR), estimate_key=False)
    assert (found.key, found.mode) == (None, None)


@pytest.mark.parametrize(
    ("sharps", "minor", "key", "mode"), [(-3, 0, "Eb", "Ionian"), (-3, 1, "C", "Aeolian"), (1, 1, "E", "Aeolian")]
)
def test_a_signature_is_believed(tiny, sharps, minor, key, mode):
    score = tiny.score_of(G_MAJOR)
    score.key_signatures.append(KeySignature(0, sharps, minor))
    found = attributes_of(score, estimate_key=True)
    assert (found.key, found.mode) == (key, mode)


def test_a_lone_c_major_is_checked(tiny):
    score = tiny.score_of(G_MAJOR)
    score.key_signatures.append(KeySignature(0, 0, 0))
    assert attributes_of(score, estimate_key=True).key == "G"
    assert attributes_of(score, estimate_key=False).key == "C"


def test_the_signature_that_holds_longest_counts(tiny):
    score = tiny.score_of(G_MAJOR)
    score.key_signatures.extend([KeySignature(0, 4, 0), KeySignature(960, -1, 0)])
    assert attributes_of(score, estimate_key=True).key == "F"


def test_the_tempo_is_the_mean(tiny):
    assert attributes_of(tiny.score_of(G_MAJOR, tempo=72), estimate_key=False).tempo == pytest.approx(72, abs=0.01)


def test_drums_have_no_key(tiny):
    assert attributes_of(tiny.score_of([36, 38] * 20, drum=True), estimate_key=True).key is None
