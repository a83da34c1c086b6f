"""Music as a sequence of steps: how far to the next note in pitch and in time, the same in every key."""

from __future__ import annotations

import numpy as np

from psychoscore_hearing.music import Music

SLOTS = 4  # a quarter: onsets are rounded to sixteenths
LATEST = 16  # sixteenths that an inter-onset interval counts as at most
_INTERVALS = 256  # room for every interval, -127 to 127


def tokens_of(music: Music, order: str) -> np.ndarray:
    """Return one whole number for each note but the first: its interval and its time from the note before it.

    order: "all" takes every pitched note by onset, then pitch; "skyline" the highest note of every onset. Onsets are
    rounded to sixteenths and the time to the next is at most a whole note, so tempo and rests play no part.
    """
    notes = music.pitched
    slot = np.floor(notes.onset * SLOTS + 0.5).astype(np.int64)
    by_pitch = np.lexsort((notes.pitch, slot))
    slot, pitch = slot[by_pitch], notes.pitch[by_pitch]
    if order == "skyline":
        highest = np.append(np.diff(slot) > 0, True)[: len(slot)]
        slot, pitch = slot[highest], pitch[highest]
    wait = np.minimum(np.diff(slot), LATEST)
    return wait * _INTERVALS + np.diff(pitch) + 127
