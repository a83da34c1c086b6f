"""How the weights are made: sound of known pitch is synthesised and learnt; the same seed gives the same weights."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from psychoscore_core.report import Silent
from psychoscore_timbre.architecture import Sizes
from psychoscore_timbre.decoder import Decoder, read_decoder
from psychoscore_timbre.features import features_of
from psychoscore_timbre.names import HOP, RATE
from psychoscore_timbre.scaling import hertz_to_midi
from psychoscore_timbre.training.__main__ import train
from psychoscore_timbre.training.fitting import Recipe, fit
from psychoscore_timbre.training.instruments import INSTRUMENTS, Playing, rendered
from psychoscore_timbre.training.judging import figures
from psychoscore_timbre.training.loss import spectral_loss
from psychoscore_timbre.training.phrases import clips

AUDIO_TESTS = Path(__file__).parents[2] / "psychoscore-audio" / "tests"
SMALL, RECIPE = Sizes(dense=24, memory=24), Recipe(steps=30, batch=3, crop=50)


@pytest.fixture(scope="module")
def learnt():
    return list(clips(INSTRUMENTS["reed"], 3, 0))


@pytest.fixture(scope="module")
def fitted(learnt):
    return fit(learnt, learnt[:2], SMALL, RECIPE, Silent())


def test_the_loss_falls(learnt):
    before = fit(learnt, learnt[:2], SMALL, Recipe(steps=1, batch=3, crop=50), Silent())
    after = fit(learnt, learnt[:2], SMALL, RECIPE, Silent())
    assert after.validation[-1] < 0.8 * before.validation[-1]


def test_the_same_seed_gives_the_same_weights(learnt, fitted):
    again = fit(learnt, learnt[:2], SMALL, RECIPE, Silent())
    assert all(torch.equal(a, b) for a, b in zip(fitted.module.parameters(), again.module.parameters(), strict=True))


def test_the_loss_of_a_sound_with_itself_is_nothing():
    sound = torch.randn(2, RATE)
    assert spectral_loss(sound, sound) == 0


def test_the_loss_pays_no_heed_to_phases_but_to_pitch():
    time = torch.arange(RATE) / RATE
    tone, turned, other = (torch.sin(2 * torch.pi * f * time + p)[None] for f, p in ((300, 0), (300, 2), (400, 0)))
    assert spectral_loss(turned, tone) < 0.3 * spectral_loss(other, tone)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_sounds_at_the_pitch_that_is_said(name):
    for clip in clips(INSTRUMENTS[name], 2, 5):
        found = features_of([clip.sound])
        heard = found.voiced & (clip.inputs[:, 1] > 0.4)
        away = np.abs(hertz_to_midi(found.hertz) - hertz_to_midi(clip.hertz))[heard]
        assert heard.sum() > 50 and (away < 0.5).mean() > 0.9


def test_a_reed_has_weak_even_partials_and_a_string_has_not():
    playing = Playing(np.full(50, 200.0), np.full(50, 0.8), np.arange(50) / 50)
    ratios = []
    for name in ("reed", "string"):
        sound = rendered(INSTRUMENTS[name], playing, np.random.default_rng(0))[4000:]
        power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
        first, second = (power[round(k * 200 / RATE * len(sound))] for k in (1, 2))
        ratios.append(10 * np.log10(second / first))
    assert ratios[0] < -25 and ratios[1] > -15


def test_nothing_sounds_in_a_rest():
    playing = Playing(np.full(50, 200.0), np.zeros(50), np.ones(50))
    assert np.abs(rendered(INSTRUMENTS["string"], playing, np.random.default_rng(0))).max() == 0


def test_a_training_writes_a_checkpoint_that_plays(tmp_path, monkeypatch):
    monkeypatch.setattr("psychoscore_timbre.training.__main__.HELD_OUT", 1)
    options = ["--clips", "1", "--steps", "2", "--dense", "16", "--memory", "16", "-o", str(tmp_path)]
    done = CliRunner().invoke(train, options, catch_exceptions=False)
    assert done.exit_code == 0
    controls = Decoder(read_decoder(tmp_path)).push(np.zeros((3, 2), np.float32), np.full(3, 220.0))
    assert controls.distribution.sum(axis=1) == pytest.approx(1)
    facts = json.loads((tmp_path / "training.json").read_text())
    assert (facts["instrument"], facts["steps"], len(facts["losses"])) == ("reed", 2, 1)
    assert facts["held out"]["colour"] > 0
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(not AUDIO_TESTS.is_dir(), reason="the soundfont of sines lies with psychoscore-audio's tests")
def test_a_soundfont_s_notes_are_clips_at_their_pitches(tmp_path):
    from psychoscore_timbre.training.soundfont import clips as notes

    font = tmp_path / "sine.sf2"
    font.write_bytes(runpy.run_path(str(AUDIO_TESTS / "sine_soundfont.py"))["sine_soundfont"]())
    (clip,) = notes(font, 0, 1, 0)
    heard = hertz_to_midi(clip.hertz)[clip.inputs[:, 1] > 0.4]
    assert len(clip.sound) == 4 * RATE == len(clip.hertz) * HOP
    assert len(heard) > 100 and np.median(np.abs(heard - np.rint(heard))) < 0.1


def test_the_weights_that_ship_play_as_the_reed_does():
    found = figures(Decoder(), list(clips(INSTRUMENTS["reed"], 3, 99)))
    assert found["pitch"] > 0.9 and found["loudness"] < 2
    assert found["colour"] < 0.5 * found["colour of a sawtooth"]
