"""Three performances in the layout of the Groove dataset, and where the real one lies."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "groove"
HEADER = (
    *("drummer", "session", "id", "style", "bpm", "beat_type", "time_signature"),
    *("midi_filename", "audio_filename", "duration", "split"),
)


def row(number: int, **other: object) -> dict[str, object]:
    """Return a row of info.csv: four bars of 4/4 at 120."""
    name = f"drummer1/session1/{number}"
    file = f"{name}_rock_120_beat_4-4"
    known = ("drummer1", "drummer1/session1", name, "rock/folk", 120, "beat", "4-4", f"{file}.mid", f"{file}.wav", 8)
    return dict(zip(HEADER, (*known, "train"), strict=True)) | other


def write_performance(path: Path) -> None:
    """Write sixteen human strokes on two tracks' worth of pads, 480 ticks a quarter, some a little late."""
    score, track = Score(480), Track("Midi Drums", 0, True)
    score.tempos.append(Tempo(0, 120))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    track.notes.extend([Note(480 * i + i % 3 * 7, 40, (36, 22, 38, 26)[i % 4], 40 + 5 * i) for i in range(16)])
    score.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    score.dump_midi(path)


def write_info(folder: Path, *rows: dict[str, object]) -> None:
    with (folder / "info.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write a beat for training, one in 6/8 for testing and a fill of one bar."""
    folder = tmp_path / "groove"
    rows = (
        row(1),
        row(2, split="test", time_signature="6-8", style="jazz"),
        row(3, beat_type="fill", duration=1.9),
    )
    for one in rows:
        write_performance(folder / str(one["midi_filename"]))
    write_info(folder, *rows)
    return folder


@pytest.fixture
def write() -> SimpleNamespace:
    return SimpleNamespace(row=row, info=write_info)


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no corpora at {REAL}")
    return REAL
