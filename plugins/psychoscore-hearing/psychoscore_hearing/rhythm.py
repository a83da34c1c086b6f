"""Onsets: how many attacks, how even, how legato, and how many notes sound at them."""

from __future__ import annotations

import numpy as np

from psychoscore_hearing.music import Music

ATTACK = 3  # 24ths of a quarter within which onsets count as one: a chord that is not quite together
LONGEST = 16  # sixteenths that an inter-onset interval counts as at most: a longer one is a rest
_LAID = 1 / 16  # quarters that a note may ring into the next attack without sounding with it


def attack_of(music: Music) -> np.ndarray:
    """Return the attack that each note belongs to, in eighths of a quarter note from the beginning (notes,)."""
    return (music.position + ATTACK // 2) // ATTACK


def attacks_a_bar(music: Music) -> np.ndarray:
    """Return the number of distinct attacks in each bar, drums included (bars,)."""
    attack = attack_of(music)
    span = int(attack.max(initial=0)) + 1
    return np.bincount(np.unique(music.bar * span + attack) // span, minlength=music.bars)


def bar_irregularity(music: Music) -> np.ndarray:
    """Return the entropy in bits of the inter-onset intervals of each bar, the last one to the bar line (bars,).

    Onsets are rounded to sixteenths of the bar. A bar with one onset or none has 0.
    """
    slots = np.maximum(np.ceil(4 * music.bar_length - 1e-6).astype(np.int64), 1)
    slot = np.floor(4 * (music.onset - music.bar_start[music.bar]) + 0.5).astype(np.int64)
    span = int(slots.max(initial=1)) + 1
    keys = np.unique(music.bar * span + np.clip(slot, 0, slots[music.bar] - 1))
    bar, slot = keys // span, keys % span
    following = np.where(np.append(bar[1:] == bar[:-1], False)[: len(bar)], np.append(slot[1:], 0), slots[bar])
    return _entropies(bar, following - slot, music.bars)


def irregularity(music: Music) -> float:
    """Return the entropy in bits of all inter-onset intervals in sixteenths, those over a whole note as one of them."""
    intervals = np.diff(np.unique(np.floor(4 * music.onset + 0.5).astype(np.int64)))
    intervals = np.minimum(intervals, LONGEST)
    return float(_entropies(np.zeros(len(intervals), np.int64), intervals, 1)[0])


def _entropies(group: np.ndarray, value: np.ndarray, groups: int) -> np.ndarray:
    """Return the entropy in bits of the values of each group (groups,)."""
    span = int(value.max(initial=0)) + 1
    keys, counts = np.unique(group * span + value, return_counts=True)
    sizes = np.maximum(np.bincount(group, minlength=groups), 1)
    surprise = np.bincount(keys // span, weights=counts * np.log2(counts), minlength=groups)
    return np.maximum(np.log2(sizes) - surprise / sizes, 0.0)


def articulation(music: Music) -> tuple[np.ndarray, np.ndarray]:
    """Return (notes, ratios): which notes have a later onset in their track, and how much of the time to it they fill.

    Notes of one attack share the onset. A wait longer than the note's bar counts as that bar: a rest is no staccato.
    A ratio is at most 1. Drums have none.
    """
    notes = np.flatnonzero(~music.drum)
    if not len(notes):
        return notes, np.zeros(0)
    track, attack, onset = music.track[notes], attack_of(music)[notes], music.onset[notes]
    span = int(attack.max()) + 1
    key, first, group = np.unique(track * span + attack, return_index=True, return_inverse=True)
    start = onset[first]  # of each attack of each track, in order of track and time
    wait = np.append(np.diff(start), np.inf)
    wait[np.append(np.diff(key // span) != 0, True)] = np.inf
    kept = np.isfinite(wait[group])
    until = np.minimum((start + wait)[group][kept] - onset[kept], music.bar_length[music.bar[notes[kept]]])
    return notes[kept], np.clip(music.duration[notes[kept]] / np.maximum(until, 1e-9), 0.0, 1.0)


def polyphony(music: Music) -> tuple[np.ndarray, np.ndarray]:
    """Return (bars, counts): of each attack of pitched notes its bar, and how many notes sound at it.

    A note that rings up to a sixteenth of a quarter into the next attack is over by then.
    """
    music = music.pitched
    key, group = np.unique(attack_of(music), return_inverse=True)
    last = np.zeros(len(key))
    np.maximum.at(last, group, music.onset)
    ends = np.maximum(music.onset + music.duration - _LAID, last[group] + 1e-9)
    begun = np.searchsorted(music.onset, last, side="right")
    over = np.searchsorted(np.sort(ends), last, side="right")
    bar = np.zeros(len(key), np.int64)
    np.maximum.at(bar, group, music.bar)
    return bar, (begun - over).astype(float)
