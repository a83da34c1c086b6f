"""Chord symbols: recognised from the notes of a chord track, or read from the original's chord files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import numpy as np

from psychoscore_core.chord_symbols import QUALITIES
from psychoscore_core.records import KEYS

NONE = "N"
# One name for each quality, the plainest first: of two that fit equally well the earlier one is taken.
ORDER = (
    *("", "m", "7", "m7", "maj7", "sus4", "sus2", "dim", "aug", "m7b5", "dim7", "add9", "7sus4"),
    *("9", "m9", "maj9", "6", "m6", "mM7", "5"),
)
# The original's names (Harte et al. 2005) where they differ from the ones above.
HARTE = {
    "maj": "",
    "min": "m",
    "min7": "m7",
    "hdim7": "m7b5",
    "minmaj7": "mM7",
    "maj6": "6",
    "min6": "m6",
    "sus4(b7)": "7sus4",
}
DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11}


@cache
def symbol_of(pitch_classes: frozenset[int], bass: int) -> str:
    """Return the symbol of the chord that fits best, "N" for a single pitch class.

    A chord whose notes are all there and no others wins over any other, one on the bass over its inversions, and
    then the plainer one; otherwise each note that lacks or is too many counts against it.
    """
    if len(pitch_classes) < 2:
        return NONE
    costs = []
    for place, quality in enumerate(ORDER):
        for root in range(12):
            notes = {(root + above) % 12 for above in QUALITIES[quality]}
            wrong = 2 * len(pitch_classes - notes) + len(notes - pitch_classes) + 2 * (root not in pitch_classes)
            costs.append((wrong, root != bass, place, root, quality))
    _, inverted, _, root, quality = min(costs)
    return KEYS[root] + quality + (f"/{KEYS[bass]}" if inverted else "")


def from_notes(notes: np.ndarray) -> list[tuple[int, int, str]]:
    """Return (begin, end, symbol) of each chord of a chord track.

    `notes` is (notes, >=3): onset, duration, pitch; notes of one onset are a chord, which ends with the longest.
    """
    chords: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for time, duration, pitch in notes[:, :3].tolist():
        chords[time].append((pitch, time + duration))
    return [
        (
            time,
            max(end for _, end in sounding),
            symbol_of(frozenset(p % 12 for p, _ in sounding), min(sounding)[0] % 12),
        )
        for time, sounding in sorted(chords.items())
    ]


def from_harte(text: str) -> str:
    """Return the symbol of a chord like "C#:min7/b3" as the original's chord files write it; "N" where unknown."""
    name, _, degree = text.partition("/")
    root, _, quality = name.partition(":")
    quality = HARTE.get(quality, quality)
    place = pitch_class(root)
    if place is None or quality not in QUALITIES:
        return NONE
    above = DEGREES.get(degree.lstrip("b#")) if degree else None
    symbol = KEYS[place] + quality
    if above is None:
        return symbol
    bass = (place + above - degree.count("b") + degree.count("#")) % 12
    return symbol if bass == place else f"{symbol}/{KEYS[bass]}"


def changes(chords: Iterable[tuple[int, int, str]], gap: int) -> list[tuple[int, str]]:
    """Return (time, symbol) wherever the chord changes; silence longer than `gap` ticks is "N", as is the beginning."""
    found, last, end = [], NONE, 0
    for begin, stop, symbol in chords:
        if begin - end > gap and last != NONE:
            found.append((end, NONE))
            last = NONE
        if symbol != last or not found:
            found.append((begin, symbol))
        last, end = symbol, stop
    if found and found[0][0] > 0:
        found.insert(0, (0, NONE))
    return found


def transposed(symbol: str, shift: int) -> str:
    """Return a symbol of this module `shift` semitones higher."""
    if symbol == NONE:
        return symbol
    parts = []
    for part in symbol.split("/"):
        root = part[:2] if part[1:2] == "b" else part[:1]
        parts.append(KEYS[(KEYS.index(root) + shift) % 12] + part[len(root) :])
    return "/".join(parts)


def pitch_class(name: str) -> int | None:
    """Return the pitch class of a note's name like "C#" or "Eb", None where it is none."""
    if not name or name[0] not in "CDEFGAB":
        return None
    return (KEYS.index(name[0]) + name.count("#") - name[1:].count("b")) % 12
