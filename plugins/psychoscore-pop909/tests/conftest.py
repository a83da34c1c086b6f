"""Two songs in the layout of POP909 and POP909_CL, and where the real corpus lies."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "pop909"
VOICES = ("MELODY", "BRIDGE", "PIANO")
BARS, QUARTER, LATE = 8, 480, 52  # the original lies this much behind the corrected bars
TRIADS = ((48, 52, 55), (45, 48, 52), (53, 57, 60), (47, 50, 55))  # C, Am, F, G/B


def save(path: Path, score: Score, tracks: dict[str, list[Note]]) -> None:
    for name, notes in tracks.items():
        track = Track(name, 0, False)
        track.notes.extend(notes)
        score.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    score.dump_midi(path)


def melody(late: int = 0) -> list[Note]:
    return [Note(late + index * QUARTER, 400, 72 + index % 5, 90) for index in range(BARS * 4)]


def bridge(late: int = 0) -> list[Note]:
    return [Note(late + index * QUARTER + 240, 200, 64 + index % 3, 70) for index in range(BARS * 4)]


def chords(late: int = 0) -> list[Note]:
    bars = ((bar, pitch) for bar in range(BARS) for pitch in TRIADS[bar % 4])
    return [Note(late + bar * 4 * QUARTER, 4 * QUARTER, pitch, 60) for bar, pitch in bars]


def write_original(folder: Path, number: str) -> Path:
    """Write a song at 90 a minute whose file claims bars of one beat; its bars begin on the third beat of the list."""
    score = Score(QUARTER)
    score.tempos.append(Tempo(0, 90))
    score.time_signatures.append(TimeSignature(0, 1, 4))
    notes = {"MELODY": melody(LATE), "BRIDGE": bridge(LATE), "PIANO": chords(LATE)}
    path = folder / number / f"{number}.mid"
    save(path, score, notes)
    start, beat = LATE / QUARTER / 1.5, 1 / 1.5
    lines = (f"{start + index * beat} {float(index % 2 == 0)} {float(index % 4 == 2)}\n" for index in range(BARS * 4))
    path.with_name("beat_midi.txt").write_text("".join(lines))
    lines = (f"{start + index * beat:.2f}\t{float(index % 4 + 1)}\n" for index in range(BARS * 4))
    path.with_name("beat_audio.txt").write_text("".join(lines))
    names = ("C:maj", "A:min7/b7", "N", "G:7/3")
    lines = (f"{start + i * 4 * beat}\t{start + (i + 1) * 4 * beat}\t{names[i % 4]}\n" for i in range(BARS))
    path.with_name("chord_midi.txt").write_text("".join(lines))
    path.with_name("key_audio.txt").write_text(f"{start}\t8.0\tC:maj\n{start + 16 * beat}\t20.0\tF#:min\n")
    return path


def write_corrected(folder: Path, number: str, late: int = 0) -> Path:
    """Write the same song with right bars, a dummy tempo, one track for all voices and one for the chords."""
    score = Score(QUARTER)
    score.tempos.append(Tempo(0, 120))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    score.key_signatures.extend([KeySignature(0, 0, 0), KeySignature(4 * 4 * QUARTER, 3, 1)])
    path = folder / f"{number}.mid"
    save(path, score, {"piano": [*melody(late), *bridge(late), *chords(late)], "MIDI 01": chords(late)})
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Write songs 001 (both versions, train), 002 (original alone) and 003 (corrected alone, validation)."""
    folder = tmp_path / "data"
    write_original(folder / "POP909", "001")
    write_corrected(folder / "POP909_CL", "001")
    write_original(folder / "POP909", "002")
    write_corrected(folder / "POP909_CL", "003")
    (folder / "split_by_song.csv").write_text("song,split,n_versions_upstream\n001,train,1\n002,test,1\n003,val,1\n")
    return folder


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"no corpora at {REAL}")
    return REAL


@pytest.fixture
def write() -> SimpleNamespace:
    """Write songs in the middle of a test."""
    return SimpleNamespace(corrected=write_corrected, original=write_original)
