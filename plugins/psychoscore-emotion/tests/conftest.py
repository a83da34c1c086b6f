"""Sound that is made here: tones, clips, and WAV files of every kind."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

RATE = 22050
WAV_FILES = Path(__file__).parents[2] / "psychoscore-audio" / "tests" / "wav_files.py"
wav = runpy.run_path(str(WAV_FILES))["wav"]


def tones(notes: list[tuple[float, float, float]], seconds: float, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    """Return decaying tones of four partials: (onset in seconds, MIDI pitch, loudness)."""
    times = np.arange(int(seconds * rate)) / rate
    sound = np.zeros(len(times))
    for onset, pitch, loudness in notes:
        since = times[times >= onset] - onset
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * k * hertz * since) / k for k in (1, 2, 3, 4))
        sound[len(times) - len(since) :] += loudness * np.exp(-4 * since) * np.minimum(1, since * 200) * tone
    return level * sound


@pytest.fixture
def make_tones() -> Callable[..., np.ndarray]:
    return tones


@pytest.fixture
def make_wav(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *given, **options: wav(tmp_path / name, *given, **options)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A loud, fast clip in a major key, high up; and a soft, slow one in a minor key, low down."""
    draw, folder = np.random.default_rng(0), tmp_path_factory.mktemp("clips")
    steps = np.arange(0, 12, 0.11)
    fast = [(t, 72 + draw.choice([0, 4, 7, 12, 16]), 1.0) for t in steps] + [(t, 48, 1.0) for t in steps[::2]]
    slow = [(t, 48 + draw.choice([0, 3, 7]), 1.0) for t in np.arange(0, 12, 1.6)]
    return {
        "loud": wav(folder / "loud.wav", np.clip(tones(fast, 12, level=0.35), -1, 1), RATE),
        "soft": wav(folder / "soft.wav", tones(slow, 12, level=0.02), RATE),
    }
