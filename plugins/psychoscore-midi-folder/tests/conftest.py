"""Small scores and folders of them, and where the real corpora lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_midi_folder.midi_folder import MidiFolder
from psychoscore_midi_folder.plugin import MidiFolderConfig

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def score_of(
    pitches: Sequence[int], *, step: int = 240, tpq: int = 480, tempo: float = 100, drum: bool = False, start: int = 0
) -> Any:
    """Return a score of notes in a row, half a quarter each."""
    score, track = Score(tpq), Track("", 0, drum)
    score.tempos.append(Tempo(0, tempo))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    notes = [Note(start + step * index, step, pitch, 80) for index, pitch in enumerate(pitches)]
    track.notes.extend(notes)
    score.tracks.append(track)
    return score


def tune(start: int = 60, notes: int = 32) -> list[int]:
    """Return a scale up, again and again; another start or number of notes is another piece of music."""
    return [start + SCALE[index % 8] for index in range(notes)]


def write(path: Path, score: Any = None, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (score or score_of(tune(), **options)).dump_midi(path)
    return path


@pytest.fixture
def tiny() -> SimpleNamespace:
    """Give the functions above to a test."""
    return SimpleNamespace(score_of=score_of, tune=tune, write=write)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write six different pieces in three folders."""
    for index in range(6):
        write(tmp_path / "midi" / f"album{index // 2}" / f"song{index}.mid", score_of(tune(60 + index)))
    return tmp_path / "midi"


@pytest.fixture
def dataset(folder: Path, tmp_path: Path) -> Callable[..., MidiFolder]:
    """Build the dataset of `folder`, its index below the test's own folder."""
    return lambda **options: MidiFolder(MidiFolderConfig(**({"path": folder, "cache": tmp_path / "cache"} | options)))


@pytest.fixture
def corpus() -> Callable[[str], Path]:
    def find(name: str) -> Path:
        if not (DATA / name).is_dir():
            pytest.skip(f"no corpora at {DATA}")
        return DATA / name

    return find
