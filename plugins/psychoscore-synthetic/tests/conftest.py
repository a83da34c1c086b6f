"""A stand-in for the composing rules: every note of the key's scale, so that a key can be read off the notes."""

from __future__ import annotations

import random

import pytest
import symusic

from psychoscore_core.records import KEYS
from psychoscore_core.rule_table import key_of, mode_of, tempo_of
from psychoscore_synthetic import dataset

SCALES = {
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Phrygian": (0, 1, 3, 5, 7, 8, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "Aeolian": (0, 2, 3, 5, 7, 8, 10),
    "Locrian": (0, 1, 3, 5, 6, 8, 10),
}


def pitch_classes(key: str, mode: str) -> set[int]:
    return {(KEYS.index(key) + interval) % 12 for interval in SCALES[mode]}


def scales(profile, bars, seed):
    score = symusic.Score(480)
    score.tempos.append(symusic.Tempo(0, tempo_of(profile)))
    score.time_signatures.append(symusic.TimeSignature(0, 4, 4))
    score.key_signatures.append(symusic.KeySignature(0, 0, 0))
    track, drums = symusic.Track("piano", program=0), symusic.Track("drums", is_drum=True)
    rng, tonic = random.Random(seed), KEYS.index(key_of(profile))
    for note in range(8 * bars):
        pitch = 60 + tonic + SCALES[mode_of(profile)][note % 7] + 12 * rng.randint(-1, 1)
        track.notes.append(symusic.Note(240 * note, 240, pitch, 80))
        drums.notes.append(symusic.Note(240 * note, 240, 42, 80))
    track.pedals.append(symusic.Pedal(0, 960))
    score.tracks.extend([track, drums])
    return score


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setattr(dataset, "composed", scales)
    monkeypatch.setattr(dataset.Synthetic, "check", lambda self: None)
    return pitch_classes
