"""A small corpus in VGMIDI's layout, and where the real one lies."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "vgmidi"
HEADER = ("piece", "segment", "midi", "game", "valence", "arousal", "split")
HAPPY, SAD = "Mana_SNES_Secret of Mana_Happy", "Other_PC_The Sims_Sad"
TORN = "Other_N64_GoldenEye 007_Torn"
ROWS = (
    (HAPPY, 0, f"labelled_midi/{HAPPY}.mid", "Secret of Mana", 1, 1, "train"),
    (SAD, 0, f"labelled_midi/{SAD}.mid", "The Sims", -1, -1, "val"),
    (TORN, 0, f"labelled_midi/{TORN}.mid", "GoldenEye 007", -1, -1, "train"),
    (TORN, 1, f"labelled_midi/{TORN}.mid", "GoldenEye 007", -1, 1, "train"),
)
RATINGS = {HAPPY: (0.5, 0.25), SAD: (-0.25, -0.6), TORN: (-0.1, 0.05)}


def write_piece(path: Path, off: int = 0) -> None:
    """Write 16 quarter notes in E flat, 3/4, two tempos; `off` ticks of 480 late."""
    score, track = Score(480), Track("Right Hand", 0, False)
    score.tempos.extend([Tempo(0, 90), Tempo(12 * 480, 60)])
    score.time_signatures.append(TimeSignature(0, 3, 4))
    score.key_signatures.append(KeySignature(0, -3, 0))
    track.notes.extend([Note(480 * index + off, 480, 63 + index % 5, 80) for index in range(16)])
    score.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    score.dump_midi(path)


def write_table(path: Path, *rows: tuple[object, ...]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def write_ratings(path: Path, **ratings: tuple[float, float]) -> None:
    table = {name: {"valence_piece": v, "arousal_piece": a} for name, (v, a) in ratings.items()}
    path.write_text(json.dumps(table))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write three labelled pieces, one of contradicting segments, and three unlabelled ones."""
    folder = tmp_path / "vgmidi"
    for name in (HAPPY, SAD, TORN):
        write_piece(folder / "labelled_midi" / f"{name}.mid")
    for name in ("Sims_The_Buying", "Final_Fantasy_7_Prelude", "Mana_GB_Final Fantasy Adventure_Battle"):
        write_piece(folder / "unlabelled" / f"{name}.mid")
    write_table(folder / "manifest.csv", HEADER, *ROWS)
    label = ("id", "series", "console", "game", "piece", "midi", "valence", "arousal")
    row = (1, "", "PS1", "Final Fantasy VII", "Aerith", "labelled/phrases/Final Fantasy VII_Aerith_0.mid", 1, -1)
    write_table(folder / "vgmidi_labelled.csv", label, row)
    write_ratings(folder / "va_continuous.json", **RATINGS)
    return folder


@pytest.fixture
def write() -> SimpleNamespace:
    return SimpleNamespace(piece=write_piece, table=write_table, ratings=write_ratings, header=HEADER, rows=ROWS)


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no corpora at {REAL}")
    return REAL
