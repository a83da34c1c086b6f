"""Likeness of bars, and what follows from it: repetition, repeats and sections."""

from __future__ import annotations

import numpy as np

from psychoscore_hearing.music import Music

ALIKE = 0.85  # likeness from which a bar is a repeat of an earlier one
SAME_SECTION = 0.55  # mean likeness from which a block of bars belongs to a section
LONG = 48  # bars from which sections are heard in blocks of eight bars instead of four
LETTERS = 26  # sections at most
_SLOTS = 48  # sixteenths of a bar that are told apart; longer bars begin again
NOTES, RHYTHM, CLASSES = 0.5, 0.25, 0.25  # weights of the likeness


def bar_likeness(music: Music) -> np.ndarray:
    """Return how alike every two bars are, float32 (bars, bars) in [0, 1]; drums are not heard.

    Half of it is the share of common (sixteenth, pitch class) onsets, a quarter that of common onsets, a quarter the
    overlap of the sounding pitch classes. Shares are Dice's: 2 * common / (one + other). Bars without notes are alike.
    """
    music = music.pitched
    slots = np.floor(4 * (music.onset - music.bar_start[music.bar]) + 0.5).astype(np.int64) % _SLOTS
    used = int(slots.max(initial=0)) + 1
    notes = np.zeros((music.bars, used, 12), np.float32)
    notes[music.bar, slots, music.pitch % 12] = 1
    likeness = NOTES * _dice(notes.reshape(music.bars, used * 12))
    likeness += RHYTHM * _dice(notes.max(axis=2))
    likeness += CLASSES * _overlap(music)
    empty = ~notes.any(axis=(1, 2))
    likeness[np.ix_(empty, empty)] = 1.0
    return np.clip(likeness, 0.0, 1.0)


def _dice(rows: np.ndarray) -> np.ndarray:
    sizes = rows.sum(axis=1)
    return 2 * (rows @ rows.T) / np.maximum(sizes[:, None] + sizes, 1)


def _overlap(music: Music) -> np.ndarray:
    """Return the common share of two bars' pitch-class histograms, weighted by duration (bars, bars)."""
    histogram = np.bincount(music.bar * 12 + music.pitch % 12, weights=music.duration, minlength=music.bars * 12)
    histogram = histogram.reshape(-1, 12).astype(np.float32)
    shares = histogram / np.maximum(histogram.sum(axis=1, keepdims=True), 1e-9)
    common = np.zeros((music.bars, music.bars), np.float32)
    for column in shares.T:
        common += np.minimum(column[:, None], column)
    return common


def _best_before(music: Music, likeness: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return (bar, likeness) of the earlier bar with notes that is most like each one; likeness -1 where none is."""
    likeness = bar_likeness(music) if likeness is None else likeness
    sounding = np.bincount(music.pitched.bar, minlength=music.bars) > 0
    earlier = np.tril(np.ones((music.bars, music.bars), bool), -1) & sounding & sounding[:, None]
    masked = np.where(earlier, likeness, -1.0)
    if not music.bars:
        return np.zeros(0, np.int64), np.zeros(0)
    best = masked.argmax(axis=1)
    return best, masked[np.arange(music.bars), best]


def repetition(music: Music, likeness: np.ndarray | None = None) -> float:
    """Return the mean likeness of each bar with notes, from the second on, to the most similar one before; else 0."""
    _, likeness = _best_before(music, likeness)
    known = likeness[likeness >= 0]
    return float(known.mean()) if len(known) else 0.0


def repeats(music: Music, likeness: np.ndarray | None = None) -> np.ndarray:
    """Return the earlier bar that each bar takes up (the first of the most similar ones), -1 for none (bars,)."""
    best, likeness = _best_before(music, likeness)
    return np.where(likeness >= ALIKE, best, -1)


def sections(music: Music, likeness: np.ndarray | None = None) -> np.ndarray:
    """Return the section of each bar, 0 for A, 1 for B and so on (bars,).

    Blocks of four bars, or of eight in pieces of 48 bars or more, join the section whose first block they are most
    like, bar by bar, or begin a new one. A last block that is not full is compared as far as it goes.
    """
    likeness = bar_likeness(music) if likeness is None else likeness
    size = 8 if music.bars >= LONG else 4
    alike = _block_likeness(likeness, size)
    first: list[int] = []  # the first block of each section
    letters = []
    for block, row in enumerate(alike):
        known = row[first]
        best = int(known.argmax()) if first else -1
        if best < 0 or (known[best] < SAME_SECTION and len(first) < LETTERS):
            best = len(first)
            first.append(block)
        letters.append(best)
    return np.repeat(np.array(letters, np.int64), size)[: music.bars]


def _block_likeness(likeness: np.ndarray, size: int) -> np.ndarray:
    """Return the mean likeness of the first, second, ... bars of every two blocks (blocks, blocks)."""
    bars = len(likeness)
    blocks = -(-bars // size)
    padded = np.zeros((blocks * size, blocks * size), likeness.dtype)
    padded[:bars, :bars] = likeness
    total = np.einsum("ikjk->ij", padded.reshape(blocks, size, blocks, size))
    full = np.minimum(bars - np.arange(blocks) * size, size)
    return total / np.maximum(np.minimum(full[:, None], full), 1)
