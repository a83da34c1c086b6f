"""Articulation: how much of its written length a note sounds."""

from __future__ import annotations

from psychoscore_rules.notes import Layers, Note
from psychoscore_rules.setting import Setting

SHORTEST = 30  # ticks
LEAST = 0.15  # share of a note's time that a staccato leaves it


def articulate(setting: Setting, layers: Layers) -> Layers:
    """Return the layers with sounding lengths: written length times the bar's articulation; held notes in full."""
    return {layer: _clean([_sounded(note, _ratio(setting, note)) for note in notes]) for layer, notes in layers.items()}


def _ratio(setting: Setting, note: Note) -> float:
    return min(1.0, max(LEAST, setting.bar(note.onset // setting.meter.ticks).articulation))


def _sounded(note: Note, ratio: float) -> Note:
    if note.held:
        return note
    return note._replace(duration=max(min(SHORTEST, note.duration), round(note.duration * ratio)))


def _clean(notes: list[Note]) -> list[Note]:
    """End a note where its pitch is struck again, and keep one of two equal strokes."""
    kept: list[Note] = []
    latest: dict[int, int] = {}
    for note in sorted(notes):
        before = latest.get(note.pitch)
        if before is not None and kept[before].end > note.onset:
            if kept[before].onset == note.onset:
                kept[before] = max(kept[before], note)
                continue
            kept[before] = kept[before]._replace(duration=note.onset - kept[before].onset)
        latest[note.pitch] = len(kept)
        kept.append(note)
    return kept
