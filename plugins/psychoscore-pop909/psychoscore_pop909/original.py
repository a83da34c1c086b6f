"""A song of POP909: bars rebuilt from its beats, because most files state bars of one beat.

Every beat of beat_midi.txt becomes a quarter note. Its marks of where bars begin are often half a bar off, so the beats
heard in the audio and the chord changes vote on the bar lines, and one metre holds throughout: measured against
POP909_CL, that puts most songs' bars where people did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.errors import DataError
from psychoscore_midi.reading import read_midi
from psychoscore_pop909 import chords
from psychoscore_pop909.corrected import SILENCE
from psychoscore_pop909.parts import TPQ, Parts, notes_of, sharps_of

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

MAX_TEXT = 1_000_000  # bytes
NEAR = 0.2  # seconds between the audio's beat and the MIDI file's
MARGIN = 64  # beats that the clock goes on with before the first and after the last one

Row = tuple[float, float]


def read_original(path: Path) -> Parts:
    """Return the parts of an original song; raises DataError on files that are not what they must be."""
    score = read_midi(path, isolate=False)
    beats, marks = read_beats(path.with_name("beat_midi.txt"))
    rows = _rows(path.with_name("chord_midi.txt"))
    metre, first = bars_of(beats, marks, _audio(path.with_name("beat_audio.txt")), [row[0] for row in rows])
    lead = (metre - first) % metre  # the beats before the first bar line end a whole bar
    clock = Clock(beats, _seconds(score), score.tpq, lead)
    notes = notes_of(score.tracks, score.tpq)
    begin, end = clock.from_ticks(notes[:, 0]), clock.from_ticks(notes[:, :2].sum(1))
    notes[:, 0], notes[:, 1] = begin, np.maximum(1, end - begin)
    notes = notes[notes[:, 0] >= 0]
    return Parts(
        notes=notes,
        signatures=[(0, metre, 4)],
        keys=_keys(path.with_name("key_audio.txt"), clock, metre * TPQ),
        chords=_chords(rows, clock),
        tempos=clock.tempos(),
    )


class Clock:
    """Seconds and the file's own ticks against the ticks of a score in which every beat is a quarter note."""

    def __init__(self, beats: np.ndarray, seconds: tuple[np.ndarray, np.ndarray], tpq: int, lead: int) -> None:
        step = np.diff(beats)
        before = beats[0] - step[0] * np.arange(lead + MARGIN, 0, -1)
        after = beats[-1] + step[-1] * np.arange(1, MARGIN + 1)
        self.beats = np.concatenate([before, beats, after])
        self.ticks = (np.arange(len(self.beats)) - MARGIN) * TPQ
        self.seconds, self.scale = seconds, TPQ / tpq

    def at(self, seconds: np.ndarray) -> np.ndarray:
        return np.rint(np.interp(seconds, self.beats, self.ticks)).astype(np.int64)

    def from_ticks(self, ticks: np.ndarray) -> np.ndarray:
        """Return score ticks for ticks of the file at 480 a quarter note."""
        return self.at(np.interp(ticks, self.seconds[0] * self.scale, self.seconds[1]))

    def tempos(self) -> list[tuple[int, float]]:
        """Return the tempo of every beat where it changes by more than 0.5."""
        found: list[tuple[int, float]] = []
        for tick, step in zip(
            self.ticks[MARGIN:-MARGIN].tolist(), np.diff(self.beats)[MARGIN : 1 - MARGIN].tolist(), strict=True
        ):
            qpm = float(np.clip(60 / max(step, 1e-3), 10, 400))
            if not found or abs(found[-1][1] - qpm) > 0.5:
                found.append((tick, round(qpm, 3)))
        return found


def read_beats(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds of the beats, and which of them a bar begins with."""
    rows = [line.split() for line in read_text(path).splitlines() if line.strip()]
    try:
        table = np.array([[float(cell) for cell in row] for row in rows])
        beats, marks = table[:, 0], table[:, 2] > 0
    except (ValueError, IndexError):
        raise DataError(f"{path}: not a table of beats (seconds and two marks a line)") from None
    if len(beats) < 8 or not np.isfinite(beats).all() or (np.diff(beats) <= 0).any() or not marks.any():
        raise DataError(f"{path}: fewer than 8 beats, beats out of order, or no bar among them")
    return beats, marks


def bars_of(beats: np.ndarray, marks: np.ndarray, audio: Sequence[Row], changes: Sequence[float]) -> tuple[int, int]:
    """Return the beats a bar, 3 or 4, and which beat the first whole bar begins with.

    Every beat with order 1 in the audio's list has a vote on the bar lines, every change of chord half of one; where
    nothing was heard in the audio, the marks of beat_midi.txt vote.
    """
    ones, highest = [second for second, order in audio if order == 1], Counter(order for _, order in audio)
    votes = heard(beats, ones) if ones else marks.astype(float)
    votes += 0.5 * heard(beats, changes)
    steps = Counter(np.diff(np.flatnonzero(marks)).tolist())
    threes, fours = (sum(count for step, count in steps.items() if step % metre == 0) for metre in (3, 4))
    metre = 3 if (highest[4] * 2 < highest[3] if ones else fours < threes) else 4
    return metre, int(np.argmax([votes[place::metre].sum() for place in range(metre)]))


def heard(beats: np.ndarray, times: Sequence[float]) -> np.ndarray:
    """Return 1 for every beat that lies within 0.2 seconds of one of the times, else 0."""
    if not times:
        return np.zeros(len(beats))
    return (np.abs(beats[:, None] - np.array(times)[None]).min(1) < NEAR).astype(float)


def read_text(path: Path) -> str:
    """Return a small text file's text; raises DataError where it is missing, large or no text."""
    try:
        if path.stat().st_size > MAX_TEXT:
            raise DataError(f"{path}: too large for a song's notes (over {MAX_TEXT:,} bytes)")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file: {error}") from None


def _seconds(score: Score) -> tuple[np.ndarray, np.ndarray]:
    """Return ticks and their seconds where the file's tempo changes, and far behind its end."""
    tempos = [(e.time, e.qpm) for e in score.tempos]
    ticks = np.array([*(time for time, _ in tempos), max(score.end(), tempos[-1][0]) + 1000 * score.tpq])
    steps = np.diff(ticks) / score.tpq * 60 / np.array([qpm for _, qpm in tempos])
    return ticks, np.concatenate([[0.0], np.cumsum(steps)])


def _rows(path: Path) -> list[tuple[float, float, str]]:
    """Return (begin, end, name) of each line, in seconds; lines of another shape are left out."""
    if not path.is_file():
        return []
    found = []
    for line in read_text(path).splitlines():
        cells = line.split()
        if len(cells) == 3 and all(map(_plain, cells[:2])):
            found.append((float(cells[0]), float(cells[1]), cells[2]))
    return found


def _audio(path: Path) -> list[Row]:
    """Return (second, order in the bar) of each beat heard in the audio; lines of another shape are left out."""
    rows = (line.split() for line in read_text(path).splitlines()) if path.is_file() else ()
    return [(float(row[0]), float(row[1])) for row in rows if len(row) == 2 and all(map(_plain, row))]


def _keys(path: Path, clock: Clock, bar: int) -> list[tuple[int, int, int]]:
    """Return the key signatures; the first holds from the beginning, the others from the nearest bar line."""
    found: dict[int, tuple[int, int, int]] = {}
    for begin, _, name in _rows(path):
        root, _, mode = name.partition(":")
        place = chords.pitch_class(root)
        if place is not None and mode in ("maj", "min"):
            time = max(0, round(int(clock.at(np.array(begin))) / bar) * bar) if found else 0
            found[time] = (time, sharps_of(place, int(mode == "min")), int(mode == "min"))
    return list(found.values())


def _chords(rows: Sequence[tuple[float, float, str]], clock: Clock) -> list[tuple[int, str]]:
    found = [(*clock.at(np.array(row[:2])).tolist(), chords.from_harte(row[2])) for row in rows]
    return chords.changes([row for row in found if row[0] >= 0], SILENCE)


def _plain(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()
