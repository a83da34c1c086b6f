"""How the weights are made: clips are rendered, learnt from and judged; the same seed gives the same weights."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import evolve
from symusic import Note, Score, Tempo, Track

from psychoscore_core.report import Silent
from psychoscore_emotion.features import features_of
from psychoscore_emotion.names import FEATURES
from psychoscore_emotion.net import Net
from psychoscore_emotion.outputs import QUADRANTS, RESERVED, place
from psychoscore_emotion.training.crossing import fold_of
from psychoscore_emotion.training.fitting import LEVEL, SETTLING, Emotion, Recipe, _folded, fit, targets
from psychoscore_emotion.training.judging import by_split, figures
from psychoscore_emotion.training.rendering import Clip, sound_of

AUDIO_TESTS = Path(__file__).parents[2] / "psychoscore-audio" / "tests"
RECIPE = Recipe(epochs=3, batch=8, crop=60)


def clip(number, corpus="emopia"):
    """A clip whose rows tell its quadrant."""
    quadrant = 1 + number % 4
    rows = np.random.default_rng(number).standard_normal((90, 128))
    rows[:, quadrant] += 3
    signs = {1: (1, 1), 2: (-1, 1), 3: (-1, -1), 4: (1, -1)}[quadrant]
    return Clip(
        id=str(number),
        corpus=corpus,
        split="train",
        group=f"song {number // 2}",
        quadrant=quadrant,
        valence=signs[0],
        arousal=signs[1],
        dominance=0.4,
        extraversion=0.6,
        rows=rows.astype(np.float16),
    )


@pytest.fixture(scope="module")
def fitted():
    return fit([clip(number) for number in range(32)], RECIPE, Silent())


def test_the_loss_falls(fitted):
    assert len(fitted.losses) == 3 and fitted.losses[-1] < fitted.losses[0]


def test_the_same_seed_gives_the_same_weights(fitted):
    again = fit([clip(number) for number in range(32)], RECIPE, Silent())
    assert all(torch.equal(a, b) for a, b in zip(fitted.module.parameters(), again.module.parameters(), strict=True))


def test_reserved_outputs_are_zero(fitted):
    head = fitted.module.head
    where = [place(name) for name in RESERVED]
    assert not head.weight[where].any() and not head.bias[where].any()


def test_the_folded_chain_takes_raw_rows():
    model, draw = Emotion(0.5).eval(), np.random.default_rng(0)
    mean, deviation = draw.normal(-40, 20, 128).astype(np.float32), draw.uniform(1, 9, 128).astype(np.float32)
    chain, rows = _folded(model, mean, deviation), draw.normal(-40, 20, (1, 9, 128)).astype(np.float32)
    with torch.no_grad():
        wanted = model(torch.from_numpy((rows - mean) / deviation))
        found = chain.head(chain.lstm(chain.tanh(chain.dense(torch.from_numpy(rows))))[0])
    assert (found - wanted)[..., : place(QUADRANTS[-1]) + 1].abs().max() < 1e-4


def test_labels_and_ratings_have_one_scale():
    numbers, quadrants = targets([clip(1), clip(1, "vgmidi")])
    assert numbers[:, :2].tolist() == [[-0.5, 0.5], [-1.0, 1.0]]
    assert quadrants.tolist() == [1, 1]


def test_levels_are_what_a_gain_moves():
    draw = np.random.default_rng(0)
    sound = 0.02 * draw.standard_normal(22050 * 2)
    moved = (features_of(2 * sound) - features_of(sound))[SETTLING:]
    found = [index for index in range(len(FEATURES)) if np.abs(moved[:, index] - 6.02).max() < 0.2]
    assert found == sorted(LEVEL)


def test_a_song_lies_in_one_fold():
    folds = [fold_of(f"song {number}", 5) for number in range(500)]
    assert fold_of("song 3", 5) == folds[3]
    assert min(np.bincount(folds, minlength=5)) > 60


def test_figures_are_shares_with_intervals_over_songs():
    clips, outputs = [clip(number) for number in range(16)], np.zeros((16, 64))
    for row, one in zip(outputs, clips, strict=True):
        row[place(QUADRANTS[one.quadrant - 1])] = 1.0 if one.group != "song 0" else -9.0
        row[place("arousal")] = one.arousal
    found = figures(outputs, clips)
    assert found["quadrant right"][0] == 14 / 16 and found["quadrant right"][1] < 14 / 16
    assert (found["arousal right"], found["songs"]) == ([1.0, 1.0, 1.0], 8)


@pytest.mark.skipif(not AUDIO_TESTS.is_dir(), reason="the soundfont of sines lies with psychoscore-audio's tests")
def test_a_score_becomes_its_sound_from_its_first_note(tmp_path):
    font = tmp_path / "sine.sf2"
    font.write_bytes(runpy.run_path(str(AUDIO_TESTS / "sine_soundfont.py"))["sine_soundfont"]())
    score, track = Score(480), Track("", 0, False)
    score.tempos.append(Tempo(0, 120))
    track.notes.append(Note(4800, 960, 69, 90))
    score.tracks.append(track)
    sound = sound_of(score, font, 3.0)
    assert len(sound) == pytest.approx(1.5 * 22050, abs=2)
    assert np.abs(sound[:2000]).max() > 0.05
    assert FEATURES[84 + int(features_of(sound)[12, 84:96].argmax())] == "chroma.a"


def test_figures_come_for_every_corpus_and_split():
    clips = [evolve(clip(number), split=("train", "validation")[number % 2]) for number in range(8)]
    found = by_split(Net(), [*clips, clip(8, "vgmidi")])
    assert {name: part["clips"] for name, part in found.items()} == {
        "emopia train": 4,
        "emopia validation": 4,
        "vgmidi train": 1,
    }
