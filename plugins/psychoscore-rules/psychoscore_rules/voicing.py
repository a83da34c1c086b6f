"""Voicing: chords are laid out so that each voice moves as little as it can."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from psychoscore_rules.scales import Chord


def voice(chord: Chord, size: int, centre: float, before: Sequence[int], floor: int, ceiling: int) -> list[int]:
    """Return `size` ascending pitches of the chord within [floor, ceiling], close to those before and to the centre."""
    tones = _essential(chord.pitch_classes, size)
    low, high = max(floor, round(centre) - 12), min(ceiling, round(centre) + 12)
    layouts = [layout for layout in _layouts(tones, size, low) if layout[-1] <= high] or _layouts(tones, size, floor)
    return list(min(layouts, key=lambda layout: _cost(layout, centre, before)))


def _essential(pitch_classes: tuple[int, ...], size: int) -> tuple[int, ...]:
    """Leave out the fifth first, then the root (the bass has it), where a chord has more tones than voices."""
    kept = list(pitch_classes)
    for dispensable in (pitch_classes[2:3], pitch_classes[:1]):
        if len(kept) > size and dispensable:
            kept.remove(dispensable[0])
    return tuple(kept[-size:] if len(kept) > size else kept)


@lru_cache(maxsize=8192)
def _layouts(tones: tuple[int, ...], size: int, low: int) -> tuple[tuple[int, ...], ...]:
    """Return close and opened positions over two octaves, from each tone upwards."""
    layouts = []
    for bottom in range(low, low + 18):
        if bottom % 12 not in tones:
            continue
        stack = [pitch for pitch in range(bottom, bottom + 30) if pitch % 12 in tones]
        layouts.append(tuple(stack[:size]))
        if size >= 3 and len(stack) > size:
            layouts.append((stack[0], *stack[2 : size + 1]))  # the second voice goes up an octave
    return tuple(layouts)


def _cost(layout: tuple[int, ...], centre: float, before: Sequence[int]) -> float:
    cost = 0.9 * abs(sum(layout) / len(layout) - centre)
    if len(before) == len(layout):
        cost += sum(abs(here - there) for here, there in zip(layout, before, strict=True)) / len(layout)
    lowest = layout[1] - layout[0] if len(layout) > 1 else 12
    return cost + (3.0 if layout[0] < 50 and lowest < 5 else 0.0)  # thirds are muddy down there
