"""Encoding: a score becomes note words with waits between them."""

from __future__ import annotations

import numpy as np
from symusic import Score

from psychoscore_midi_llm.layout import FIRST_NOTE, FIRST_WAIT, LONGEST_WAIT, Layout
from psychoscore_midi_llm.notes import Music, events_of, read_music


def normalise(score: Score, layout: Layout) -> Music:
    """Return the score as the tokens can say it: what decode(encode(score)) gives back."""
    return read_music(score.to("tick"), layout)


def encode(music: Music, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Return (ids (time,), bar of each (time,)) of the music, without prefix and end.

    A wait is as many longest waits as fit, then the rest; it lies in the bar that it leads to.
    """
    notes = music.notes
    step, begins, note = events_of(notes)
    word = FIRST_NOTE + notes.key[note] * layout.bins + np.where(begins, notes.velocity[note], 0)
    gap = np.diff(step, prepend=0)
    whole, rest = gap // LONGEST_WAIT, gap % LONGEST_WAIT
    place = np.cumsum(whole + (rest > 0) + 1) - 1  # of each event's word
    ids = np.full(int(place[-1]) + 1 if len(place) else 0, FIRST_WAIT + LONGEST_WAIT - 1)
    ids[place[rest > 0] - 1] = FIRST_WAIT + rest[rest > 0] - 1
    ids[place] = word
    time = np.cumsum(waits_of(ids))
    bars = np.searchsorted(music.lines, time, side="right") - 1
    return ids, np.maximum(bars, 0)


def waits_of(ids: np.ndarray) -> np.ndarray:
    """Return the steps that each id waits (time,), 0 where it is no wait."""
    return np.where((ids >= FIRST_WAIT) & (ids < FIRST_NOTE), ids - FIRST_WAIT + 1, 0).astype(np.int64)
