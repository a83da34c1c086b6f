"""Decoding: any words become a score, by way of the rows of the tokenizer `notes`."""

from __future__ import annotations

import numpy as np
from symusic import Score

from psychoscore_compound_word.layout import (
    DURATION,
    EOS,
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
from psychoscore_notes.decoding import decode as decode_plain

PIANO = plain.VOICES.index("accompaniment")
NAMES = {PIANO: "Piano", plain.DRUMS: "Drums"}


def decode(words: np.ndarray, layout: Layout) -> Score:
    """Return the music of words (time, 8); those that say nothing where they stand are passed over.

    Notes before the first bar line, past their bar's end, or without pitch, duration or velocity are dropped; a note is
    cut where its pitch begins again. The score names no key: words do not.
    """
    ends = np.flatnonzero(words[:, TYPE] == EOS)
    words = words[: ends[0]] if len(ends) else words
    metrical, place = words[:, TYPE] == METRICAL, words[:, PLACE]
    opens = metrical & (place >= FIRST_BAR) & (place < FIRST_BEAT)
    notes = (words[:, TYPE] == NOTE) & (words[:, [PITCH, DURATION, VELOCITY]] > 0).all(axis=1)
    named = opens | (metrical & (place >= FIRST_BEAT))
    position = _last(named, np.where(opens, 0, place - FIRST_BEAT))
    rows = np.zeros((len(words), len(plain.FAMILIES)), np.int64)
    _write_bars(rows, words, opens, layout)
    _write_notes(rows, words, notes, position, layout)
    score = decode_plain(rows[opens | notes], layout.notes, NAMES)
    score.key_signatures.clear()
    return score


def _write_bars(rows: np.ndarray, words: np.ndarray, opens: np.ndarray, layout: Layout) -> None:
    own, tempo = layout.notes, words[opens, TEMPO]
    rows[opens, plain.TIME] = own.bar
    rows[opens, plain.VOICE] = own.first_meter + words[opens, PLACE] - FIRST_BAR
    rows[opens, plain.PITCH] = own.first_tonic
    rows[opens, plain.DURATION] = np.where(tempo > 0, own.first_tempo + tempo - 1, 0)


def _write_notes(rows: np.ndarray, words: np.ndarray, notes: np.ndarray, position: np.ndarray, layout: Layout) -> None:
    own, pitch = layout.notes, words[notes, PITCH]
    drum = pitch >= FIRST_DRUM
    rows[notes, plain.TIME] = own.first_position + position[notes]
    rows[notes, plain.VOICE] = own.first_voice + np.where(drum, plain.DRUMS, PIANO)
    rows[notes, plain.PITCH] = own.first_pitch - plain.LOWEST_PITCH + pitch - np.where(drum, FIRST_DRUM, FIRST_PITCH)
    rows[notes, plain.DURATION] = own.first_duration + words[notes, DURATION] - 1
    rows[notes, plain.VELOCITY] = own.first_velocity + words[notes, VELOCITY] - 1


def _last(marked: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each word the value at the last marked one up to it, 0 before the first."""
    if not len(marked):
        return values
    source = np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1))
    return np.where(source >= 0, values[source], 0)
