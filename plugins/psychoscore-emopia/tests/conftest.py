"""A small corpus in the archive's layout, and where the real one lies."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from symusic import Note, Score, Tempo, Track

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "emopia" / "EMOPIA_2.2"
CLIPS = ("Q1_song_a_0", "Q1_song_a_1", "Q3_song_a_2", "Q2_--b_0", "Q3_c_0", "Q4_d_0")
KEYS = {"Q1_song_a_0": "A#", "Q3_c_0": "f#"}


def write_clip(path: Path, tempos: tuple[float, ...] = (120.0,), velocity: int = 80) -> None:
    """Write a clip of 8 quarter notes, 480 ticks each."""
    score, track = Score(480), Track("", 0, False)
    score.tempos.extend([Tempo(index * 480, tempo) for index, tempo in enumerate(tempos)])
    track.notes.extend([Note(480 * index, 480, 60 + index, velocity) for index in range(8)])
    score.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    score.dump_midi(path)


def write_table(path: Path, *rows: tuple[object, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write six clips of four songs with label.csv and key_mode_tempo.csv; no split files, no aligned copy."""
    folder = tmp_path / "EMOPIA_2.2"
    for clip in CLIPS:
        write_clip(folder / "midis" / f"{clip}.mid")
    write_table(folder / "label.csv", ("ID", "4Q", "annotator"), *((clip, clip[1], "A") for clip in CLIPS))
    rows = ((index, clip, key, 2, 99.5) for index, (clip, key) in enumerate(KEYS.items()))
    write_table(folder / "key_mode_tempo.csv", ("", "name", "keyname", "keymode", "tempo"), *rows)
    return folder


@pytest.fixture
def split(corpus: Path) -> Callable[..., None]:
    """Write a split file of the corpus that names clips."""

    def write(name: str, *clips: str) -> None:
        write_table(corpus / "split" / f"{name}.csv", ("clip", "song"), *((clip, "") for clip in clips))

    return write


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"the corpus is not at {REAL}")
    return REAL
