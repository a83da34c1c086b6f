"""Decoding: any rows of ids become a score."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from symusic import KeySignature, Note, Score, Tempo, TimeSignature, Track

from psychoscore_notes.layout import (
    COMMON,
    DRUMS,
    DURATION,
    LOWEST_PITCH,
    METERS,
    PITCH,
    QUARTERS,
    TIME,
    VELOCITY,
    VOICE,
    VOICES,
    Layout,
    shift_of,
)

TPQ = 480
SHARPS = (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5)  # of the major key on each pitch class


@frozen(eq=False)
class Bars:
    """The bars that rows open: start in ticks, meter, tonic, tempo bin, each (bars,)."""

    start: np.ndarray
    meter: np.ndarray
    tonic: np.ndarray
    tempo: np.ndarray


def decode(rows: np.ndarray, layout: Layout, names: dict[int, str]) -> Score:
    """Return the music of rows (time, 5); rows that say nothing where they stand are passed over.

    Notes before the first bar row, past their bar's end, or without a voice or pitch are dropped; a note is cut where
    the same pitch of its voice begins again.
    """
    rows = _until_the_end(rows)
    opens = rows[:, TIME] == layout.bar
    bars = _bars(rows[opens], layout)
    score = Score(TPQ)
    _write_bars(score, bars, layout)
    notes = _notes(rows, np.cumsum(opens) - 1, bars, layout)
    for voice in np.unique(notes["voice"]).tolist():
        track = Track(names[voice], 0, voice == DRUMS)
        own = {name: column[notes["voice"] == voice].astype(np.int32) for name, column in notes.items()}
        del own["voice"]
        track.notes = Note.from_numpy(**own, ttype="tick")
        score.tracks.append(track)
    return score


def _until_the_end(rows: np.ndarray) -> np.ndarray:
    ends = np.flatnonzero(rows[:, TIME] == 3)
    return rows[: ends[0]] if len(ends) else rows


def _bars(rows: np.ndarray, layout: Layout) -> Bars:
    meter = rows[:, VOICE] - layout.first_meter
    meter = _carried(np.where((meter >= 0) & (meter < len(METERS)), meter, -1), COMMON)
    tonic = rows[:, PITCH] - layout.first_tonic
    tonic = _carried(np.where((tonic >= 0) & (tonic < 12), tonic, -1), 0)
    tempo = rows[:, DURATION] - layout.first_tempo
    known = (tempo >= 0) & (tempo < len(layout.tempos))
    tempo = _carried(np.where(known, tempo, -1), int(np.abs(layout.tempos - 120).argmin()))
    ends = np.cumsum(QUARTERS[meter] * TPQ).astype(np.int64)
    return Bars(start=np.concatenate([[0], ends])[: len(rows) + 1], meter=meter, tonic=tonic, tempo=tempo)


def _carried(values: np.ndarray, start: int) -> np.ndarray:
    """Return the values with each -1 replaced by the last known one before it."""
    source = np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), -1))
    return np.where(source >= 0, values[source], start)


def _write_bars(score: Score, bars: Bars, layout: Layout) -> None:
    for index in _changes(bars.meter):
        score.time_signatures.append(TimeSignature(int(bars.start[index]), *METERS[bars.meter[index]]))
    for index in _changes(bars.tempo):
        score.tempos.append(Tempo(int(bars.start[index]), float(layout.tempos[bars.tempo[index]])))
    for index in _changes(bars.tonic):
        score.key_signatures.append(KeySignature(int(bars.start[index]), SHARPS[bars.tonic[index]], 0))


def _changes(values: np.ndarray) -> list[int]:
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)]).tolist()


def _notes(rows: np.ndarray, bar: np.ndarray, bars: Bars, layout: Layout) -> dict[str, np.ndarray]:
    step = TPQ / layout.config.positions
    position = rows[:, TIME] - layout.first_position
    voice = rows[:, VOICE] - layout.first_voice
    length = rows[:, DURATION] - layout.first_duration
    velocity = rows[:, VELOCITY] - layout.first_velocity
    good = (position >= 0) & (voice >= 0) & (voice < len(VOICES)) & (bar >= 0)
    good &= (rows[:, PITCH] >= layout.first_pitch) & (length >= 0) & (velocity >= 0)
    bar, position, voice, length, velocity = (a[good] for a in (bar, position, voice, length, velocity))
    shift = np.where(voice == DRUMS, 0, shift_of(bars.tonic[bar]))
    pitch = rows[good, PITCH] - layout.first_pitch + LOWEST_PITCH + shift
    notes = {
        "time": bars.start[bar] + np.rint(position * step).astype(np.int64),
        "duration": np.rint(layout.durations[length] * step).astype(np.int64),
        "pitch": pitch,
        "velocity": layout.velocities[velocity],
        "voice": voice,
    }
    kept = (notes["time"] < bars.start[bar + 1]) & (pitch >= 0) & (pitch <= 127)
    return _cut({name: column[kept] for name, column in notes.items()})


def _cut(notes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Sort by time and cut each note where the next one of its voice and pitch begins; doubles are dropped."""
    order = np.lexsort((notes["time"], notes["pitch"], notes["voice"]))
    notes = {name: column[order] for name, column in notes.items()}
    same = np.append(np.diff(notes["voice"] * 128 + notes["pitch"]) == 0, False)
    gap = np.where(same, np.append(np.diff(notes["time"]), 0), np.iinfo(np.int32).max)
    notes["duration"] = np.minimum(notes["duration"], gap)
    kept = notes["duration"] > 0
    order = np.flatnonzero(kept)[np.lexsort((notes["pitch"][kept], notes["time"][kept]))]
    return {name: column[order] for name, column in notes.items()}
