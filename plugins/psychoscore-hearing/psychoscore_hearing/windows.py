"""Half bars as windows: their edges, and how long each pitch class sounds in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from psychoscore_hearing.music import Music
else:
    Music = Any

PRESENT = 1 / 24 - 1e-6  # quarters that a pitch class must sound in a window to count as heard there
_REACH = 8  # windows that a held note can be the bass of


def edges(music: Music) -> np.ndarray:
    """Return where half bars begin, and the end of the last one, in quarters (2 * bars + 1,)."""
    if not music.bars:
        return np.zeros(1)
    halves = np.stack([music.bar_start, music.bar_start + music.bar_length / 2], axis=1)
    return np.append(halves.ravel(), music.bar_start[-1] + music.bar_length[-1])


def sounding(music: Music) -> np.ndarray:
    """Return the quarters that each pitch class sounds in each half bar, without drums (2 * bars, 12).

    Exact for notes of any length, in memory that does not grow with it: what has sounded until a time is the sum of
    the ramps that onsets begin and ends stop.
    """
    music, at = music.pitched, edges(music)
    classes, ends = music.pitch % 12, music.onset + music.duration
    total = np.zeros((len(at), 12))
    for pitch_class in np.unique(classes):
        chosen = classes == pitch_class
        total[:, pitch_class] = _ramps(music.onset[chosen], at) - _ramps(np.sort(ends[chosen]), at)
    quarters = np.diff(total, axis=0)
    least = np.minimum(PRESENT, np.diff(at) / 2)[:, None]
    return np.where(quarters >= least, quarters, 0.0)


def _ramps(times: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the sum of max(0, at - time) over the sorted times."""
    before = np.searchsorted(times, at)
    return at * before - np.append(0.0, np.cumsum(times))[before]


def lowest(music: Music) -> np.ndarray:
    """Return the lowest pitch in each half bar, held notes included for eight half bars, 128 where none (2 * bars,)."""
    music, at = music.pitched, edges(music)
    low = np.full(len(at) - 1, 128)
    if not len(low):
        return low
    first = np.clip(np.searchsorted(at, music.onset + PRESENT, side="right") - 1, 0, len(low) - 1)
    last = np.searchsorted(at, music.onset + music.duration - PRESENT, side="right") - 1
    for held in range(_REACH):
        reached = (first + held <= last) & (first + held < len(low)) if held else np.ones(len(first), bool)
        np.minimum.at(low, first[reached] + held, music.pitch[reached])
    return low
