"""Notes in steps: any score becomes notes that the tokens say exactly; what is lost on the way is counted."""

from __future__ import annotations

from collections import Counter

import numpy as np
from attrs import evolve, field, frozen
from symusic.core import ScoreTick, TrackTick

from psychoscore_midi_llm.clock import bar_lines, clock_of
from psychoscore_midi_llm.layout import PITCHES, STEPS_A_SECOND, Layout


@frozen(eq=False)
class Notes:
    """Notes as columns of one length: key (instrument x 128 + pitch), velocity bin, first and last step.

    In a score being read, `on` and `off` are ticks.
    """

    key: np.ndarray
    velocity: np.ndarray
    on: np.ndarray
    off: np.ndarray

    def __len__(self) -> int:
        return len(self.key)

    def take(self, chosen: np.ndarray) -> Notes:
        """Return the notes at the indices, or where a mask is True."""
        return Notes(self.key[chosen], self.velocity[chosen], self.on[chosen], self.off[chosen])


@frozen(eq=False)
class Music:
    """A score as the tokens say it: its notes by key and onset, the step of each bar line, and how many notes it lost.

    lost: "instrument" (its program stands for none), "late", "equal" (key and onset), "struck" (cut where the key is
    struck again), "long" (cut), "crowd" (over the polyphony).
    """

    notes: Notes
    lines: np.ndarray
    lost: Counter[str] = field(factory=Counter)


def read_music(score: ScoreTick, layout: Layout) -> Music:
    """Return the music of a score in ticks."""
    config, lost = layout.config, Counter[str]()
    notes = _read(score, layout, lost)
    clock = clock_of(score)
    late = bar_lines(score, int(notes.on.max(initial=0)), config.max_bars + 1)[config.max_bars :]
    notes = _early(notes, clock.steps(notes.on), late, layout, lost)
    lines = bar_lines(score, int(notes.on.max(initial=0)), config.max_bars)
    on, off = clock.steps(notes.on), clock.steps(notes.off)
    notes = evolve(notes, on=on, off=np.maximum(off, on + 1))
    notes = _cut(_without_doubles(notes, lost), layout.longest, lost)
    return Music(_within(notes, config.polyphony, lost), clock.steps(lines), lost)


def _read(score: ScoreTick, layout: Layout, lost: Counter[str]) -> Notes:
    columns: list[tuple[np.ndarray, ...]] = [(np.zeros(0, np.int64),) * 4]
    for track in score.tracks:
        table = {name: column.astype(np.int64) for name, column in track.notes.numpy().items()}
        program = 128 if track.is_drum else min(max(int(track.program), 0), 127)
        instrument = int(layout.instrument_of[program])
        if instrument < 0:
            lost["instrument"] += len(table["time"])
            continue
        off = table["time"] + np.maximum(table["duration"], 0)
        if layout.config.pedal and len(track.pedals):
            off = _held(off, track)
        key = instrument * PITCHES + np.clip(table["pitch"], 0, PITCHES - 1)
        velocity = layout.bin_of[np.clip(table["velocity"], 1, 127)]
        columns.append((key, velocity, table["time"], off))
    return Notes(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))


def _held(off: np.ndarray, track: TrackTick) -> np.ndarray:
    """Return where notes end that are let go while the sustain pedal is down: where it comes up."""
    table = track.pedals.numpy()
    order = np.argsort(table["time"], kind="stable")
    down = table["time"][order].astype(np.int64)
    up = np.maximum.accumulate(down + np.maximum(table["duration"][order], 0))
    at = np.searchsorted(down, off, side="right") - 1
    return np.where((at >= 0) & (off < up[at]), up[at], off)


def _early(notes: Notes, on: np.ndarray, late: np.ndarray, layout: Layout, lost: Counter[str]) -> Notes:
    """Return the notes that begin within all limits; `on` is in steps, `late` begins with the first bar too many."""
    config = layout.config
    kept = (notes.on >= 0) & (on < config.max_seconds * STEPS_A_SECOND)
    if len(late):
        kept &= notes.on < late[0]
    if kept.sum() > config.max_notes:
        order = np.flatnonzero(kept)[np.argsort(on[kept], kind="stable")]
        kept[order[config.max_notes :]] = False
    lost["late"] += int((~kept).sum())
    return notes.take(kept)


def _without_doubles(notes: Notes, lost: Counter[str]) -> Notes:
    """Keep one note a key and onset, the longest, then the loudest; sorted by key and onset."""
    notes = notes.take(np.lexsort((-notes.velocity, -notes.off, notes.on, notes.key)))
    same = np.append(False, (np.diff(notes.key) == 0) & (np.diff(notes.on) == 0))[: len(notes)]
    lost["equal"] += int(same.sum())
    return notes.take(~same)


def _cut(notes: Notes, longest: int, lost: Counter[str]) -> Notes:
    """End each note where its key is struck again, or where it is as long as notes may be."""
    again = np.append(np.diff(notes.key) == 0, False)[: len(notes)]
    next_on = np.where(again, np.append(notes.on[1:], 0)[: len(notes)], np.iinfo(np.int64).max)
    off = np.minimum(notes.off, next_on)
    lost["struck"] += int((off < notes.off).sum())
    lost["long"] += int((off > notes.on + longest).sum())
    return evolve(notes, off=np.minimum(off, notes.on + longest))


def _within(notes: Notes, most: int, lost: Counter[str]) -> Notes:
    """Leave out the notes that begin while so many sound, in the order of the tokens."""
    _, begins, note = events_of(notes)
    if not len(notes) or int(np.cumsum(np.where(begins, 1, -1)).max()) <= most:
        return notes
    kept, sounding = np.ones(len(notes), bool), 0
    for index, begin in zip(note.tolist(), begins.tolist(), strict=True):
        if begin and sounding == most:
            kept[index] = False
        elif kept[index]:
            sounding += 1 if begin else -1
    lost["crowd"] += int((~kept).sum())
    return notes.take(kept)


def events_of(notes: Notes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (step, whether a note begins, index of the note) of every event, in the order of the tokens.

    That is by step, then by key; a key's end stands before its beginning.
    """
    count = len(notes)
    step = np.concatenate([notes.on, notes.off])
    begins = np.arange(2 * count) < count
    note = np.tile(np.arange(count), 2)
    order = np.lexsort((begins, notes.key[note], step))
    return step[order], begins[order], note[order]
