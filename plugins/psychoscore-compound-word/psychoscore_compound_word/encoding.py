"""Encoding: a score becomes words; the rows of the tokenizer `notes`, rearranged, and the chords that are heard."""

from __future__ import annotations

import numpy as np
from symusic import Score

from psychoscore_compound_word import chords
from psychoscore_compound_word.layout import (
    CHORD,
    DURATION,
    FAMILIES,
    FIRST_BAR,
    FIRST_BEAT,
    FIRST_DRUM,
    FIRST_PITCH,
    METRICAL,
    NOTE,
    PITCH,
    PLACE,
    TEMPO,
    TYPE,
    VELOCITY,
    Layout,
)
from psychoscore_notes import layout as plain
from psychoscore_notes.encoding import sayable, written

Columns = dict[str, np.ndarray]


def encode(score: Score, layout: Layout) -> tuple[np.ndarray, np.ndarray, int]:
    """Return (words (time, 8), bar of each (time,), notes): the music without prefix, last bar line and end.

    Every instrument but the drums becomes one; of notes of one onset and pitch the longest stays, and a note ends where
    its pitch is struck again.
    """
    score = score.to("tick")
    music = sayable(score, layout.notes)
    rows, bar, _ = written(score, music, layout.notes)
    opens = rows[:, plain.TIME] == layout.notes.bar
    lines, meters = rows[opens], rows[opens, plain.VOICE] - layout.notes.first_meter
    notes = _notes(rows[~opens], bar[~opens], lines, meters, layout)
    halves = chords.heard(score, music) if layout.sizes[CHORD] > 1 else np.zeros(0, np.int64)
    metrical, place = _metrical(lines, meters, notes, halves, layout)
    words = np.concatenate([metrical, _note_words(notes)])
    bars = np.concatenate([place[0], notes["bar"]])
    # a bar line, then each place with its notes by rising pitch
    order = np.lexsort((words[:, PITCH], np.concatenate([place[1], notes["position"]]), bars))
    return words[order].astype(np.int32), bars[order].astype(np.int32), len(notes["bar"])


def _notes(rows: np.ndarray, bar: np.ndarray, lines: np.ndarray, meters: np.ndarray, layout: Layout) -> Columns:
    own = layout.notes
    drum = rows[:, plain.VOICE] - own.first_voice == plain.DRUMS
    tonic = lines[bar, plain.PITCH] - own.first_tonic
    pitch = rows[:, plain.PITCH] - own.first_pitch + plain.LOWEST_PITCH + np.where(drum, 0, plain.shift_of(tonic))
    notes = {
        "bar": bar.astype(np.int64),
        "position": rows[:, plain.TIME] - own.first_position,
        "pitch": np.where(drum, FIRST_DRUM, FIRST_PITCH) + pitch,
        "length": rows[:, plain.DURATION] - own.first_duration,
        "velocity": rows[:, plain.VELOCITY] - own.first_velocity,
    }
    starts = np.cumsum([0, *_lengths(meters, layout)[:-1]])
    return _cut(notes, starts[bar] + notes["position"], layout)


def _cut(notes: Columns, onset: np.ndarray, layout: Layout) -> Columns:
    """Return one note of each onset and pitch, the longest, cut to a sayable length where its pitch begins again."""
    order = np.lexsort((-notes["velocity"], -notes["length"], onset, notes["pitch"]))
    notes, onset = {name: column[order] for name, column in notes.items()}, onset[order]
    new = np.append(True, (np.diff(notes["pitch"]) != 0) | (np.diff(onset) != 0))[: len(onset)]
    notes, onset = {name: column[new] for name, column in notes.items()}, onset[new]
    again = np.append(np.diff(notes["pitch"]) == 0, False)[: len(onset)]
    fitting = np.searchsorted(layout.notes.durations, np.append(np.diff(onset), 0)[: len(onset)], side="right") - 1
    notes["length"] = np.where(again, np.minimum(notes["length"], fitting), notes["length"])
    return notes


def _metrical(
    lines: np.ndarray, meters: np.ndarray, notes: Columns, halves: np.ndarray, layout: Layout
) -> tuple[np.ndarray, np.ndarray]:
    """Return the metrical words (words, 8) and where they stand (2, words): bar, and position or -1 for a bar line."""
    bars, most = np.arange(len(lines)), layout.notes.positions
    beats = np.unique(notes["bar"] * most + notes["position"])
    place = np.stack([np.append(bars, beats // most), np.append(np.full(len(bars), -1), beats % most)])
    order = np.lexsort(place[::-1])
    place = place[:, order]
    words = np.zeros((len(order), len(layout.sizes)), np.int64)
    words[:, TYPE] = METRICAL
    opens = place[1] < 0
    words[opens, PLACE] = FIRST_BAR + meters
    words[~opens, PLACE] = FIRST_BEAT + place[1, ~opens]
    tempo = lines[:, plain.DURATION] - layout.notes.first_tempo
    words[opens, TEMPO] = np.where(_changed(tempo), 1 + tempo, 0)
    if len(halves):
        second = 2 * place[1] >= _lengths(meters, layout)[place[0]]
        half = 2 * place[0] + second
        chord = np.where(half < len(halves), halves[np.minimum(half, len(halves) - 1)], -1)
        chord = _carried(chord)
        words[:, CHORD] = np.where(_changed(chord) & (chord >= 0), 1 + chord, 0)
    return words, place


def _note_words(notes: Columns) -> np.ndarray:
    words = np.zeros((len(notes["bar"]), len(FAMILIES)), np.int64)
    words[:, TYPE] = NOTE
    for family, column in ((PITCH, notes["pitch"]), (DURATION, 1 + notes["length"]), (VELOCITY, 1 + notes["velocity"])):
        words[:, family] = column
    return words


def _lengths(meters: np.ndarray, layout: Layout) -> np.ndarray:
    """Return how many grid places long the bars of these meters are."""
    return plain.QUARTERS[meters] * layout.notes.config.positions


def _changed(values: np.ndarray) -> np.ndarray:
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _carried(values: np.ndarray) -> np.ndarray:
    """Return the values with each -1 replaced by the last known one before it."""
    source = np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), 0))
    return values[source]
