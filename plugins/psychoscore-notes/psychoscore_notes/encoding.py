"""Encoding: a score becomes bar rows and note rows."""

from __future__ import annotations

import numpy as np
from symusic import Score, TimeSignature

from psychoscore_hearing.music import Music, hear
from psychoscore_notes.layout import DRUMS, LOWEST_PITCH, PITCHES, QUARTERS, Layout, meter_of, nearest, shift_of


def encode(score: Score, layout: Layout) -> tuple[np.ndarray, np.ndarray, int]:
    """Return (rows (time, 5), bar of each row (time,), notes): the music without prefix and end.

    Onsets and lengths are rounded to the grid, notes of one voice, onset and pitch become one (the longest). A score
    without notes has one empty bar.
    """
    score = score.to("tick")
    return written(score, sayable(score, layout), layout)


def written(score: Score, music: Music, layout: Layout) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the same for a score in ticks that sayable() has heard."""
    meters = _meters(score, music)
    notes = _notes(music, layout)
    bars = max(music.bars, 1, int(notes["bar"].max(initial=-1)) + 1)
    meters = np.concatenate([meters, np.repeat(meters[-1:], bars - len(meters))])
    opening = _bar_rows(music, meters, layout)
    rows = np.concatenate([opening, _note_rows(notes, music, layout)])
    bar = np.concatenate([np.arange(bars), notes["bar"]])
    first = np.concatenate([np.full(bars, -1), notes["position"]])
    order = np.lexsort((rows[:, 2], rows[:, 1], first, bar))
    return rows[order].astype(np.int32), bar[order].astype(np.int32), len(notes["bar"])


def sayable(score: Score, layout: Layout) -> Music:
    """Hear a score in ticks; one with a bar that no signature of the vocabulary has the length of is heard in 4/4."""
    music = hear(score, max_bars=layout.config.max_bars)
    if music.bars and not np.isin(np.round(music.bar_length, 6), np.round(QUARTERS, 6)).all():
        score = score.copy()
        score.time_signatures.clear()
        score.time_signatures.append(TimeSignature(0, 4, 4))
        music = hear(score, max_bars=layout.config.max_bars)
    return music.take(np.arange(min(len(music.onset), layout.config.max_notes)))


def _meters(score: Score, music: Music) -> np.ndarray:
    """Return the index of each bar's signature, at least one: the score's own where it has the bar's length."""
    tpq = max(1, score.ticks_per_quarter)
    changes = sorted((max(0, s.time) / tpq, meter_of(s.numerator, s.denominator)) for s in score.time_signatures)
    times = np.array([time for time, _ in changes])
    meters = []
    for start, length in zip(music.bar_start, music.bar_length, strict=True):
        at = int(np.searchsorted(times, start + 1e-6, side="right")) - 1
        own = changes[at][1] if at >= 0 else meter_of(4, 4)
        meters.append(own if abs(QUARTERS[own] - length) < 1e-6 else int(np.abs(QUARTERS - length).argmin()))
    return np.array(meters or [meter_of(4, 4)])


def _notes(music: Music, layout: Layout) -> dict[str, np.ndarray]:
    grid = layout.config.positions
    position = np.rint((music.onset - music.bar_start[music.bar]) * grid).astype(np.int64)
    size = np.rint(music.bar_length * grid).astype(np.int64)[music.bar]
    bar = music.bar + (position >= size)  # rounded up to the next bar line
    position = np.where(position >= size, 0, np.maximum(position, 0))
    length = np.maximum(np.rint(music.duration * grid), 1)
    notes = {
        "bar": bar,
        "position": position,
        "voice": music.voice,
        "pitch": music.pitch,
        "length": nearest(layout.durations, length),
        "velocity": nearest(layout.velocities, music.velocity),
    }
    kept = bar < layout.config.max_bars
    return _without_doubles({name: column[kept] for name, column in notes.items()})


def _without_doubles(notes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    order = np.lexsort((-notes["length"], notes["pitch"], notes["voice"], notes["position"], notes["bar"]))
    notes = {name: column[order] for name, column in notes.items()}
    place = np.stack([notes["bar"], notes["position"], notes["voice"], notes["pitch"]])
    new = np.append(True, (np.diff(place, axis=1) != 0).any(axis=0))[: place.shape[1]]
    return {name: column[new] for name, column in notes.items()}


def _bar_rows(music: Music, meters: np.ndarray, layout: Layout) -> np.ndarray:
    tonics, tempos = (np.resize(_last(a, len(meters)), len(meters)) for a in (music.tonic, music.tempo))
    tempos = tempos if music.bars else np.full(len(meters), 120.0)
    tonics = tonics if music.bars else np.zeros(len(meters), np.int64)
    return np.stack(
        [
            np.full(len(meters), layout.bar),
            layout.first_meter + meters,
            layout.first_tonic + tonics,
            layout.first_tempo + nearest(layout.tempos, tempos),
            np.zeros(len(meters), np.int64),
        ],
        axis=1,
    )


def _last(values: np.ndarray, size: int) -> np.ndarray:
    """Return the values, the last one repeated up to so many."""
    return np.concatenate([values, np.repeat(values[-1:], max(0, size - len(values)))])


def _note_rows(notes: dict[str, np.ndarray], music: Music, layout: Layout) -> np.ndarray:
    tonics = music.tonic[np.minimum(notes["bar"], music.bars - 1)] if music.bars else notes["bar"]
    relative = notes["pitch"] - np.where(notes["voice"] == DRUMS, 0, shift_of(tonics)) - LOWEST_PITCH
    return np.stack(
        [
            layout.first_position + notes["position"],
            layout.first_voice + notes["voice"],
            layout.first_pitch + np.clip(relative, 0, PITCHES - 1),
            layout.first_duration + notes["length"],
            layout.first_velocity + notes["velocity"],
        ],
        axis=1,
    )
