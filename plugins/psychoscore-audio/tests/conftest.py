"""A soundfont of sines, scores, takes, and a computer without any soundfont."""

from __future__ import annotations

import runpy
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from symusic import Note, Score, Tempo, Track

from psychoscore_audio import soundfonts
from psychoscore_audio.engines import Job
from psychoscore_audio.synthesizer_process import perform
from psychoscore_core.records import Take
from psychoscore_core.testing import toy

QUARTER = 480  # half a second at 120
sine_soundfont = runpy.run_path(str(Path(__file__).with_name("sine_soundfont.py")))["sine_soundfont"]
wav = runpy.run_path(str(Path(__file__).with_name("wav_files.py")))["wav"]


@pytest.fixture(scope="session")
def soundfont(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A soundfont that plays a sine for program 0 and for drums, and nothing for other programs."""
    path = tmp_path_factory.mktemp("soundfonts") / "sine.sf2"
    path.write_bytes(sine_soundfont())
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A computer with one folder for soundfonts, and nothing in it."""
    folder = tmp_path / "share"
    folder.mkdir()
    monkeypatch.delenv(soundfonts.VARIABLE, raising=False)
    monkeypatch.setattr(soundfonts, "folders", lambda: (tmp_path / "absent", folder))
    return folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the synthesizer play in this process: starting one for each sound takes most of a test's time."""

    def play(engine: str, job: Job) -> None:
        perform(str(job.soundfont), job.midi, job.output, job.sample_rate, job.seconds)

    monkeypatch.setattr("psychoscore_audio.rendering.play", play)


def score_of(*notes: tuple[float, float, int, int], tempo: float = 120, program: int = 0, drum: bool = False) -> Score:
    """Return a score of (onset, duration in quarters, pitch, velocity)."""
    score, track = Score(QUARTER), Track("", program, drum)
    score.tempos.append(Tempo(0, tempo))
    for onset, duration, pitch, velocity in notes:
        track.notes.append(Note(int(onset * QUARTER), int(duration * QUARTER), pitch, velocity))
    score.tracks.append(track)
    return score


@pytest.fixture
def make_wav(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *given, **options: wav(tmp_path / name, *given, **options)


@pytest.fixture
def make_score() -> Callable[..., Score]:
    return score_of


@pytest.fixture
def make_take() -> Callable[..., Take]:
    def build(name: str = "hamlet-1", *notes: tuple[float, float, int, int]) -> Take:
        return evolve(toy.take(name), score=score_of(*(notes or ((0, 2, 69, 90),))))

    return build


@pytest.fixture
def heard() -> Callable[[Path], tuple[np.ndarray, int]]:
    """Read a WAV file as (frames, channels) in [-1, 1], and its frames a second."""

    def read(path: Path) -> tuple[np.ndarray, int]:
        with wave.open(str(path)) as file:
            assert file.getsampwidth() == 2
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return sound.reshape(-1, file.getnchannels()) / 32768, file.getframerate()

    return read
