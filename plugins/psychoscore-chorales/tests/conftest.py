"""Small chorales in the corpus's layout, and where the real one lies."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "jsb_chorales"
SIXTEENTH = 2520  # ticks: the files have 10,080 a quarter note
C, F, G, HIGH = (72, 67, 64, 48), (72, 69, 65, 53), (71, 67, 62, 55), (76, 67, 60, 48)
# A pickup of one quarter, two bars, and a last one that the JSON file fills: 4 + 16 + 16 + 16 steps.
QUARTERS = (G, C, F, G, C, HIGH, F, G, G, C, C, C, C)


def steps(quarters: tuple[tuple[int, ...], ...], shift: int = 0) -> list[list[int]]:
    return [[pitch + shift for pitch in chord] for chord in quarters for _ in range(4)]


def write_json(folder: Path, **splits: list[list[list[int]]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Jsb16thSeparated.json"
    path.write_text(json.dumps({"train": [], "valid": [], "test": []} | splits))
    return path


def write_midi(folder: Path, name: str, quarters: tuple[tuple[int, ...], ...], tempo: float = 96) -> Path:
    """Write a file in which every quarter is struck anew but for the last chord, which is held."""
    score = Score(4 * SIXTEENTH)
    score.tempos.append(Tempo(0, tempo))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    score.key_signatures.append(KeySignature(0, 1, 0))
    score.tracks.append(Track("Soprano", 0, False))  # most of the real files begin with an empty track
    last = next(index for index, chord in enumerate(quarters) if set(quarters[index:]) == {quarters[-1]})
    for voice, part in enumerate(("Soprano", "Alto", "Tenor", "Bass")):
        track = Track(part, 0, False)
        quarter = 4 * SIXTEENTH
        track.notes.extend([Note(i * quarter, quarter, quarters[i][voice], 90) for i in range(last)])
        track.notes.append(Note(last * quarter, (len(quarters) - last) * quarter, quarters[-1][voice], 90))
        score.tracks.append(track)
    path = folder / "midi" / f"{name}.mid"
    path.parent.mkdir(parents=True, exist_ok=True)
    score.dump_midi(path)
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write two chorales as JSON (train, test); the first has a twin in MIDI, a fifth higher."""
    folder = tmp_path / "jsb_chorales"
    write_json(folder, train=[steps(QUARTERS)], test=[steps((C, G, F, G, C, F, G, G, C, C, C, C))])
    write_midi(folder, "bwv1", tuple(tuple(p + 7 for p in chord) for chord in QUARTERS[:-1]))
    return folder


@pytest.fixture
def write() -> SimpleNamespace:
    return SimpleNamespace(json=write_json, midi=write_midi)


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no corpora at {REAL}")
    return REAL
