"""Small scores in quarter notes, and the real corpora where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from symusic import KeySignature, Note, Score, Tempo, TextMeta, TimeSignature, Track

TPQ = 480
CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data"
Notes = Iterable[tuple]  # (onset, duration, pitch[, velocity]) with times in quarters


def ticks(quarters: float) -> int:
    return round(quarters * TPQ)


def build(
    *tracks: Notes,
    names: tuple[str, ...] = (),
    drums: Notes = (),
    meters: Iterable[tuple[float, int, int]] = (),
    tempos: Iterable[tuple[float, float]] = (),
    keys: Iterable[tuple[float, int, int]] = (),
    chords: Iterable[tuple[float, str]] = (),
) -> Score:
    """Return a score of these tracks; drums are a track of their own, chords become markers."""
    score = Score(TPQ)
    for number, notes in enumerate([*tracks, drums]):
        track = Track(names[number] if number < len(names) else "", 0, number == len(tracks))
        for onset, duration, pitch, *velocity in notes:
            track.notes.append(Note(ticks(onset), ticks(duration), pitch, velocity[0] if velocity else 64))
        score.tracks.append(track)
    score.time_signatures.extend([TimeSignature(ticks(time), top, bottom) for time, top, bottom in meters])
    score.tempos.extend([Tempo(ticks(time), qpm) for time, qpm in tempos])
    score.key_signatures.extend([KeySignature(ticks(time), sharps, minor) for time, sharps, minor in keys])
    score.markers.extend([TextMeta(ticks(time), "chord:" + symbol) for time, symbol in chords])
    return score


def chord(onset: float, duration: float, *pitches: int) -> list[tuple]:
    return [(onset, duration, pitch) for pitch in pitches]


@pytest.fixture(name="build")
def build_fixture() -> Callable[..., Score]:
    return build


@pytest.fixture(name="chord")
def chord_fixture() -> Callable[..., list[tuple]]:
    return chord


@pytest.fixture
def corpora() -> Path:
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}")
    return CORPORA
