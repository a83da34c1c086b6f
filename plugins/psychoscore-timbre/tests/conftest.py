"""Tunes that are made here, WAV files of them, and a decoder that has learnt nothing."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from psychoscore_tflite.checkpoints import read_net
from psychoscore_tflite.graphs import read_graph
from psychoscore_timbre.architecture import Sizes, decoder_graph
from psychoscore_timbre.names import RATE

WAV_FILES = Path(__file__).parents[2] / "psychoscore-audio" / "tests" / "wav_files.py"
wav = runpy.run_path(str(WAV_FILES))["wav"]
MELODY = (60, 62, 64, 67, 72, 71, 67, 55)


def tune(pitches: Sequence[float], seconds: float = 0.5, rate: int = RATE, shape: str = "saw") -> np.ndarray:
    """Return notes one after the other, each louder than the one before, with a short silence after each."""
    time = np.arange(int(seconds * rate)) / rate
    swell = np.minimum(1, np.minimum(time, np.maximum(seconds - 0.06 - time, 0)) * 40)
    notes = []
    for index, pitch in enumerate(pitches):
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        numbers = range(1, 2 if shape == "sine" else int(min(rate, 16000) / 2 / hertz))
        wave = sum(np.sin(2 * np.pi * k * hertz * time) / k for k in numbers)
        notes.append(0.5 * (index + 1) / len(pitches) * swell * wave)
    return 0.6 * np.concatenate(notes)


@pytest.fixture
def make_tune() -> Callable[..., np.ndarray]:
    return tune


@pytest.fixture
def make_wav(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *given, **options: wav(tmp_path / name, *given, **options)


@pytest.fixture(scope="session")
def melody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight notes of a sawtooth, 4 s, at 44,100 frames a second."""
    return wav(tmp_path_factory.mktemp("tunes") / "melody.wav", tune(MELODY, rate=44100), 44100)


@pytest.fixture
def make_checkpoint(tmp_path: Path) -> Callable[..., Path]:
    """Write a decoder of small sizes whose weights are drawn."""

    def make(name: str = "checkpoint", **sizes: int) -> Path:
        folder, description = tmp_path / name, decoder_graph(Sizes(**{"dense": 16, "memory": 12} | sizes))
        folder.mkdir()
        random = np.random.default_rng(0)
        shapes = read_graph(description).shapes()
        weights = {n: (random.standard_normal(s) / np.sqrt(s[-1])).astype(np.float32) for n, s in shapes.items()}
        (folder / "graph.json").write_text(json.dumps(description))
        record = {"format": 1, "backend": "timbre", "vocabulary": "", "space": "", "steps": 0, "metrics": {}}
        (folder / "checkpoint.json").write_text(json.dumps(record))
        save_file(weights, folder / "model.safetensors")
        assert read_net(folder)
        return folder

    return make
