"""The engine fluidsynth: its command line, and its sound where it is installed."""

import shutil
import subprocess

import numpy as np
import pytest

from psychoscore_audio import engines
from psychoscore_audio.plugin import AudioConfig
from psychoscore_audio.rendering import render
from psychoscore_core.errors import RunError

installed = pytest.mark.skipif(not shutil.which("fluidsynth"), reason="the program fluidsynth is not installed")


@installed
def test_it_plays_the_notes_at_their_pitch_and_the_rests(soundfont, make_score, tmp_path, heard):
    score = make_score((1, 3, 69, 90))
    done = render(score, tmp_path / "out.wav", soundfont, AudioConfig(engine="fluidsynth"))
    sound, rate = heard(done.path)
    part = sound[int(0.7 * rate) : int(1.7 * rate), 0]
    assert np.abs(np.fft.rfft(part)).argmax() == pytest.approx(440, abs=1)
    assert (len(sound), np.abs(sound[: rate // 3]).max() < 1e-3) == (3.5 * rate, True)


@installed
def test_the_same_score_gives_the_same_bytes(soundfont, make_score, tmp_path):
    for name in ("a.wav", "b.wav"):
        render(make_score((0, 1, 69, 90)), tmp_path / name, soundfont, AudioConfig(engine="fluidsynth"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_it_is_taken_where_symusic_is_not_there(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/fluidsynth")
    assert engines.choose_engine("auto") == "fluidsynth"


def test_without_any_engine_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(RunError, match="neither symusic nor the program fluidsynth is installed: pip install"):
        engines.choose_engine("auto")


def test_a_soundfont_that_it_cannot_load_is_an_error_though_it_ends_well(soundfont, make_score, tmp_path, monkeypatch):
    def run(command, **options):
        (tmp_path / "sound.raw").write_bytes(bytes(8))
        return subprocess.CompletedProcess(command, 0, b"", b"Failed to load the SoundFont sine.sf2\n")

    monkeypatch.setattr(engines.subprocess, "run", run)
    files = {"soundfont": soundfont, "midi": tmp_path / "a.mid", "output": tmp_path / "sound.raw"}
    with pytest.raises(RunError, match="fluidsynth cannot play with .*: Failed to load"):
        engines.play("fluidsynth", engines.Job(**files, sample_rate=44100, seconds=1, timeout=5))
