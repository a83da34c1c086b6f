"""Keys are estimated from how long the pitch classes sound."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.records import KEYS, SCALES
from psychoscore_hearing.keys import estimate_key
from psychoscore_hearing.music import hear

CADENCE = [(0, 4, 7), (5, 9, 0), (7, 11, 2), (0, 4, 7)]
MINOR_CADENCE = [(0, 3, 7), (5, 8, 0), (7, 11, 2), (0, 3, 7)]


def _histogram(chords, tonic):
    return np.roll(np.bincount(np.ravel(chords), minlength=12), tonic)


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_in_its_key(tonic):
    assert estimate_key(_histogram(CADENCE, tonic))[:2] == (tonic, "Ionian")
    assert estimate_key(_histogram(MINOR_CADENCE, tonic))[:2] == (tonic, "Aeolian")


@pytest.mark.parametrize("mode", SCALES)
def test_on_a_given_tonic_the_scale_tells_the_mode(mode):
    histogram = np.isin(np.arange(12), SCALES[mode]) + 0.0
    histogram[[0, 7 if 7 in SCALES[mode] else 6, 4 if 4 in SCALES[mode] else 3]] += 2
    assert estimate_key(histogram, 0)[:2] == (0, mode)


def test_silence_has_no_key():
    assert estimate_key(np.zeros(12)) == (0, "", 0.0)
    assert estimate_key(np.zeros(12), 7) == (7, "", 0.0)


def test_a_clear_key_is_more_certain_than_all_notes_alike():
    assert estimate_key(_histogram(CADENCE, 0))[2] > 0.05 > estimate_key(np.ones(12))[2]


def test_a_score_without_signature_gets_the_estimate(build, chord):
    notes = [note for beat, pitches in enumerate(CADENCE) for note in chord(beat, 1, *(62 + p for p in pitches))]
    assert hear(build(notes)).key == ((2, "Ionian"),)


def test_drums_have_no_key(build):
    assert hear(build(drums=[(0, 1, 36)])).key == ((0, ""),)


@pytest.mark.corpus
def test_most_songs_of_pop909_are_in_the_labelled_key(corpora):
    from symusic import Score

    folders = sorted(path for path in (corpora / "pop909" / "POP909").iterdir() if path.is_dir())[::20]
    right = 0
    for folder in folders:
        tonic, quality = (folder / "key_audio.txt").read_text().split()[2].split(":")
        found, mode, _ = estimate_key(hear(Score(folder / f"{folder.name}.mid")))
        major = mode in ("Ionian", "Lydian", "Mixolydian")
        right += (KEYS[found], major) == (tonic, quality.startswith("maj"))
    assert right / len(folders) > 0.75
