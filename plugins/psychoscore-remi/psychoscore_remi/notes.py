"""Notes as arrays, and what no MIDI track can hold: two equal onsets, or a note struck while it sounds."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from symusic import Note, Score, Track

from psychoscore_remi.events import DRUMS


@frozen(eq=False)
class Notes:
    """Notes as columns of one length.

    rank: 0 for drums, MIDI program + 1 otherwise. onset, duration: ticks. pitch, velocity: MIDI.
    """

    rank: np.ndarray
    onset: np.ndarray
    duration: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray

    def __len__(self) -> int:
        return len(self.onset)

    def take(self, index: np.ndarray) -> Notes:
        """Return the notes at the indices, or where a mask is True."""
        return Notes(self.rank[index], self.onset[index], self.duration[index], self.pitch[index], self.velocity[index])


def read_notes(score: Score) -> Notes:
    """Return the notes of all tracks of a score in tick time; durations and times are as they stand there."""
    columns: list[list[np.ndarray]] = [[], [], [], [], []]
    for track in score.tracks:
        arrays = track.notes.numpy()
        rank = DRUMS if track.is_drum else min(max(int(track.program), 0), 127) + 1
        for column, name in zip(columns[1:], ("time", "duration", "pitch", "velocity"), strict=True):
            column.append(arrays[name].astype(np.int64))
        columns[0].append(np.full(len(arrays["time"]), rank, np.int64))
    return Notes(*(np.concatenate([*column, np.zeros(0, np.int64)]) for column in columns))


def drop_repeats(notes: Notes) -> Notes:
    """Keep one note per (rank, pitch, onset): the longest, then the loudest; sorted in that order."""
    order = np.lexsort((-notes.velocity, -notes.duration, notes.onset, notes.pitch, notes.rank))
    notes = notes.take(order)
    return notes.take(~_same_as_before(notes.rank, notes.pitch, notes.onset))


def cut_overlaps(notes: Notes) -> Notes:
    """End each note at the latest where its pitch is struck again; wants the order of drop_repeats()."""
    if not len(notes):
        return notes
    gap = np.diff(notes.onset, append=0)
    again = np.append(_same_as_before(notes.rank, notes.pitch)[1:], False)
    return evolve(notes, duration=np.where(again, np.minimum(notes.duration, gap), notes.duration))


def in_token_order(notes: Notes) -> Notes:
    """Sort by rank, onset and pitch: the order in which a track's notes are written as tokens."""
    return notes.take(np.lexsort((notes.pitch, notes.onset, notes.rank)))


def _same_as_before(*columns: np.ndarray) -> np.ndarray:
    same = np.ones(len(columns[0]), bool)
    same[:1] = False
    for column in columns:
        same[1:] &= column[1:] == column[:-1]
    return same


def add_tracks(score: Score, notes: Notes, names: dict[int, str]) -> None:
    """Append one track per rank, in rank order; `notes` must be in token order."""
    ranks, first = np.unique(notes.rank, return_index=True)
    for rank, part in zip(ranks.tolist(), np.split(np.arange(len(notes)), first[1:]), strict=False):
        track = Track(name=names.get(rank, ""), program=max(rank - 1, 0), is_drum=rank == DRUMS)
        track.notes = Note.from_numpy(
            time=notes.onset[part].astype(np.int32),
            duration=notes.duration[part].astype(np.int32),
            pitch=notes.pitch[part].astype(np.int8),
            velocity=notes.velocity[part].astype(np.int8),
        )
        score.tracks.append(track)
