"""Chord recognition: the chord of each half bar, by comparing what sounds in it with chord templates."""

from __future__ import annotations

import numpy as np

from psychoscore_core.chord_symbols import QUALITIES as INTERVALS
from psychoscore_remi.events import DRUMS
from psychoscore_remi.grid import Grid
from psychoscore_remi.meter import bar_starts
from psychoscore_remi.normalise import GridScore
from psychoscore_remi.notes import Notes

# Semitones above the root, in the order of the tokens; names follow MidiTok's chord maps.
QUALITIES: dict[str, tuple[int, ...]] = {
    name: INTERVALS[symbol]
    for name, symbol in {
        "maj": "",
        "min": "m",
        "dim": "dim",
        "aug": "aug",
        "sus4": "sus4",
        "7dom": "7",
        "7min": "m7",
        "7maj": "maj7",
        "7halfdim": "m7b5",
        "7dim": "dim7",
    }.items()
}
_ROOTS = 12
_LIKE_ENOUGH = 0.8  # cosine below which a half bar has no clear chord
_BASS_BONUS = 0.15  # for the chord whose root is the lowest note
_SEVENTH_COST = 0.03  # a fourth note must explain something


def _templates() -> np.ndarray:
    table = np.zeros((len(QUALITIES), _ROOTS, 12))
    for row, intervals in zip(table, QUALITIES.values(), strict=True):
        for root in range(_ROOTS):
            row[root, [(root + interval) % 12 for interval in intervals]] = len(intervals) ** -0.5
    return table.reshape(-1, 12)  # (qualities * roots, pitch classes), rows of length 1


_TEMPLATES = _templates()
_COST = np.repeat([_SEVENTH_COST * (len(notes) - 3) for notes in QUALITIES.values()], _ROOTS)


def chord_changes(music: GridScore, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return (ticks, chords): where the recognised chord changes, at the first onset that shows it.

    A chord is its index among the tokens: quality times 12 plus root.
    """
    notes = music.notes.take(music.notes.rank != DRUMS)
    if not len(notes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    edges = _half_bars(music, grid)
    chord = _recognise(_pitch_classes(notes.onset, notes.duration, notes.pitch, edges), _bass(notes, edges))
    onsets = np.unique(notes.onset)
    first = np.searchsorted(onsets, edges[:-1])
    tick = onsets[np.minimum(first, len(onsets) - 1)]
    shown = (chord >= 0) & (tick >= edges[:-1]) & (tick < edges[1:])  # a half bar without onset shows none
    tick, chord = tick[shown], chord[shown]
    new = np.append(True, chord[1:] != chord[:-1])[: len(chord)]
    return tick[new], chord[new]


def _half_bars(music: GridScore, grid: Grid) -> np.ndarray:
    """Return the edges of the windows: half bars where a bar has four, six, eight or twelve beats, else bars."""
    starts, signatures = bar_starts(music.meter, grid, music.last_onset)
    lengths = grid.bar[signatures]
    even = np.isin(grid.numerators[signatures], (4, 6, 8, 12)) & (lengths % 2 == 0)
    halves = (starts + lengths // 2)[even]
    return np.sort(np.concatenate([starts, halves, [starts[-1] + lengths[-1]]]))


def _pitch_classes(onset: np.ndarray, duration: np.ndarray, pitch: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return how long each pitch class sounds in each window (windows, 12)."""
    windows = len(edges) - 1
    first = np.searchsorted(edges, onset, side="right") - 1
    last = np.minimum(np.searchsorted(edges, onset + duration, side="left") - 1, windows - 1)
    spans = np.maximum(last - first + 1, 1)
    note = np.repeat(np.arange(len(onset)), spans)
    window = first[note] + np.arange(len(note)) - np.repeat(np.cumsum(spans) - spans, spans)
    ticks = np.minimum(onset[note] + duration[note], edges[window + 1]) - np.maximum(onset[note], edges[window])
    sums = np.bincount(window * 12 + pitch[note] % 12, weights=ticks, minlength=windows * 12)
    return sums.reshape(windows, 12)


def _bass(notes: Notes, edges: np.ndarray) -> np.ndarray:
    """Return the pitch class of the lowest onset in each window, -1 where there is none."""
    lowest = np.full(len(edges) - 1, 128)
    window = np.searchsorted(edges, notes.onset, side="right") - 1
    np.minimum.at(lowest, window, notes.pitch)
    return np.where(lowest < 128, lowest % 12, -1)


def _recognise(weights: np.ndarray, bass: np.ndarray) -> np.ndarray:
    """Return each window's chord, -1 where none is like enough or fewer than three pitch classes sound."""
    length = np.linalg.norm(weights, axis=1)
    cosine = weights @ _TEMPLATES.T / np.maximum(length, 1e-9)[:, None]  # (windows, chords)
    rooted = np.arange(len(_TEMPLATES)) % _ROOTS == bass[:, None]
    best = np.argmax(cosine + _BASS_BONUS * rooted - _COST, axis=1)
    clear = (cosine[np.arange(len(best)), best] >= _LIKE_ENOUGH) & ((weights > 0).sum(axis=1) >= 3)
    return np.where(clear, best, -1)
