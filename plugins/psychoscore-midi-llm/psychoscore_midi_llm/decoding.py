"""Decoding: any ids become a score."""

from __future__ import annotations

import numpy as np
from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_midi_llm.clock import TPQ, Frame
from psychoscore_midi_llm.encoding import waits_of
from psychoscore_midi_llm.instruments import DRUMS
from psychoscore_midi_llm.layout import END, FIRST_NOTE, FIRST_WAIT, PITCHES, SEPARATOR, STEPS_A_SECOND, Layout
from psychoscore_midi_llm.notes import Notes


def decode(ids: np.ndarray, layout: Layout, frame: Frame) -> Score:
    """Return the music of ids (time,) laid into the bars of a frame.

    Music begins at the first wait or note and ends at the next separator or `<end>`. Ends of notes that do not sound
    are passed over; a note ends where its key is struck again, where it is as long as notes may be, and with the music.
    """
    score = Score(TPQ)
    beats, unit = frame.signature
    score.time_signatures.append(TimeSignature(0, beats, unit))
    for bar, tempo in enumerate(frame.tempos):
        if bar == 0 or tempo != frame.tempos[bar - 1]:
            score.tempos.append(Tempo(bar * frame.bar_ticks, tempo))
    notes = _notes(_music(ids, layout), layout)
    start, end = frame.ticks(notes.on), frame.ticks(notes.off)
    instrument = notes.key // PITCHES
    for index in np.unique(instrument).tolist():
        own = instrument == index
        named = layout.band.instruments[index]
        track = Track(named.name, max(0, named.programs[0]), DRUMS in named.programs)
        columns = {
            "time": start[own],
            "duration": np.maximum(end - start, 1)[own],
            "pitch": notes.key[own] % PITCHES,
            "velocity": layout.velocities[notes.velocity[own]],
        }
        track.notes = Note.from_numpy(**{n: c.astype(np.int32) for n, c in columns.items()}, ttype="tick")
        score.tracks.append(track)
    return score


def _music(ids: np.ndarray, layout: Layout) -> np.ndarray:
    """Return the waits and notes from the first one to the end of the music, and no others."""
    music = (ids >= FIRST_WAIT) & (ids < layout.base_size)
    ends = ((ids == SEPARATOR) | (ids == END)) & (np.cumsum(music) > 0)
    last = int(np.flatnonzero(ends)[0]) if ends.any() else len(ids)
    return ids[:last][music[:last]]


def _notes(ids: np.ndarray, layout: Layout) -> Notes:
    """Return the notes in steps, by onset and key."""
    time = np.cumsum(waits_of(ids))
    latest = round(layout.config.max_seconds * STEPS_A_SECOND)
    end = int(time[-1]) if len(time) else 0
    words = np.flatnonzero(ids >= FIRST_NOTE)
    key, velocity = np.divmod(ids[words] - FIRST_NOTE, layout.bins)
    order = np.argsort(key, kind="stable")  # each key's words stay in their order
    key, velocity, on = key[order], velocity[order], time[words][order]
    same = np.append(np.diff(key) == 0, False)[: len(key)]
    off = np.where(same, np.append(on[1:], 0)[: len(on)], np.maximum(end, on + 1))
    notes = Notes(key, velocity, on, np.minimum(off, on + layout.longest))
    notes = notes.take((velocity > 0) & (off > on) & (on < latest))
    return notes.take(np.lexsort((notes.key, notes.on)))
