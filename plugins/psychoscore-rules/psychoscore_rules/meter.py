"""Metre: where a bar's beats lie and how strong they are. Time is counted in steps of a sixteenth."""

from __future__ import annotations

from functools import cached_property, lru_cache

from attrs import define

TICKS_PER_QUARTER = 480
STEP = TICKS_PER_QUARTER // 4  # ticks of a sixteenth
STRONG = {1: (0,), 2: (0,), 3: (0,), 4: (0, 2), 5: (0, 3), 6: (0, 3), 7: (0, 4)}  # beats of a simple metre
DENOMINATORS = (1, 2, 4, 8, 16)


@define(frozen=True, slots=False)
class Meter:
    """A bar: its length, its beats as (start, length) and the starts of its strong beats, all in steps."""

    steps: int
    beats: tuple[tuple[int, int], ...]
    strong: tuple[int, ...]

    @property
    def ticks(self) -> int:
        return self.steps * STEP

    @property
    def quarters(self) -> float:
        return self.steps / 4

    @cached_property
    def halfway(self) -> int:
        """Return where a second harmony of the bar begins: its last strong beat, or its last beat; 0 = nowhere."""
        return self.strong[-1] if len(self.strong) > 1 else self.beats[-1][0]

    @cached_property
    def units(self) -> tuple[tuple[int, int], ...]:
        """Return the (start, length) that rhythm fills: quarter beats in pairs from a strong one, others alone."""
        units: list[tuple[int, int]] = []
        for start, length in self.beats:
            if units and length == 4 == units[-1][1] and start not in self.strong:
                units[-1] = (units[-1][0], 8)
            else:
                units.append((start, length))
        return tuple(units)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Return the metrical weight of each step: 1 downbeat, 0.75 strong, 0.5 beat, 0.25 eighth, 0 other."""
        weights = [0.25 if step % 2 == 0 else 0.0 for step in range(self.steps)]
        for start, _ in self.beats:
            weights[start] = 0.5
        for start in self.strong:
            weights[start] = 0.75
        return (1.0, *weights[1:])


@lru_cache(maxsize=64)
def meter_of(numerator: int, denominator: int) -> Meter:
    """Return the metre of a time signature; raises ValueError where the denominator is finer than a sixteenth.

    Quarters and longer are counted in quarters; 6/8, 9/8 and 12/8 in dotted quarters; 5/8 and 7/8 in twos with
    a three at the end.
    """
    if denominator not in DENOMINATORS or not 1 <= numerator <= 64:
        raise ValueError(f"time signature {numerator}/{denominator} is not one of 1-64 over {DENOMINATORS}")
    lengths = _beats(numerator, 16 // denominator)
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    simple = set(lengths) == {4}
    strong = STRONG.get(len(lengths), tuple(range(0, len(lengths), 2))) if simple else _strong_groups(lengths)
    return Meter(
        steps=sum(lengths),
        beats=tuple(zip(starts, lengths, strict=True)),
        strong=tuple(starts[index] for index in strong),
    )


def _beats(numerator: int, unit: int) -> list[int]:
    if unit >= 4:
        return [4] * (numerator * unit // 4)
    if numerator % 3 == 0:
        return [3 * unit] * (numerator // 3)
    if numerator % 2 == 0:
        return [2 * unit] * (numerator // 2)
    return [2 * unit] * ((numerator - 3) // 2) + [3 * unit] if numerator > 1 else [unit]


def _strong_groups(lengths: list[int]) -> tuple[int, ...]:
    if len(set(lengths)) > 1:  # 7/8: the first group and the long one
        return (0, len(lengths) - 1)
    return tuple(range(len(lengths))) if len(lengths) <= 2 else tuple(range(0, len(lengths), 2))
