"""Scales and chords: a pitch is a step on a seven-note scale, which a chord may alter."""

from __future__ import annotations

from functools import cached_property, lru_cache

from attrs import define, evolve


@define(frozen=True, slots=False)
class Scale:
    """Seven notes: `tonic` is the pitch of step 0, `intervals` the semitones of each degree above it."""

    tonic: int
    intervals: tuple[int, ...]

    def pitch(self, step: int) -> int:
        return self.tonic + 12 * (step // 7) + self.intervals[step % 7]

    def step(self, pitch: int) -> int:
        """Return the step whose pitch is nearest, the lower of two."""
        octave, rest = divmod(pitch - self.tonic, 12)
        ladder = (*self.intervals, 12)
        return 7 * octave + min(range(8), key=lambda degree: abs(ladder[degree] - rest))

    @cached_property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset((self.tonic + interval) % 12 for interval in self.intervals)


@define(frozen=True, slots=False)
class Chord:
    """A chord: the scale that it is heard in (with its alterations), its degrees from the root up, its bass degree."""

    scale: Scale
    tones: tuple[int, ...]
    bass: int
    altered: bool = False

    @property
    def root(self) -> int:
        return self.tones[0]

    @cached_property
    def pitch_classes(self) -> tuple[int, ...]:
        return tuple(self.scale.pitch(degree) % 12 for degree in self.tones)

    @cached_property
    def quality(self) -> str:
        """Return "major", "minor", "diminished" or "other", by third and fifth."""
        root, *upper = self.pitch_classes
        above = tuple((pitch_class - root) % 12 for pitch_class in upper[:2])
        return {(4, 7): "major", (3, 7): "minor", (3, 6): "diminished", (4,): "major", (3,): "minor"}.get(
            above, "other"
        )

    def has(self, step: int) -> bool:
        return step % 7 in self.tones

    def nearest(self, step: int, up: bool = True) -> int:
        """Return the nearest chord step; of two equally near the upper or the lower."""
        for distance in range(7):
            for candidate in (step + distance, step - distance) if up else (step - distance, step + distance):
                if candidate % 7 in self.tones:
                    return candidate
        raise ValueError("a chord has at least one tone")


def diatonic(scale: Scale, degree: int, size: int = 3) -> Chord:
    """Return the chord of stacked thirds on a degree (0 = tonic); size 3 triad, 4 seventh, 5 ninth."""
    tones = tuple((degree + 2 * third) % 7 for third in range(size))
    return Chord(scale=scale, tones=tones, bass=degree)


@lru_cache(maxsize=4096)
def spelled(scale: Scale, pitch_classes: tuple[int, ...], bass: int | None = None) -> Chord:
    """Return any chord by its pitch classes, root first: the scale is bent, degree by degree, until it fits.

    A pitch class that finds no degree within a semitone is left out. `bass` is a pitch class, the root if None.
    """
    intervals = list(scale.intervals)
    tones: list[int] = []
    for pitch_class in pitch_classes:
        degree = _degree(intervals, tones, (pitch_class - scale.tonic) % 12)
        if degree is not None:
            intervals[degree] = _bent(intervals[degree], (pitch_class - scale.tonic) % 12)
            tones.append(degree)
    bent = Scale(scale.tonic, tuple(intervals))
    chord = Chord(scale=bent, tones=tuple(tones), bass=tones[0], altered=bent != scale)
    low = next((degree for degree in tones if bent.pitch(degree) % 12 == bass), chord.root)
    return evolve(chord, bass=low)


def _degree(intervals: list[int], taken: list[int], interval: int) -> int | None:
    free = [degree for degree in range(7) if degree not in taken]
    if not free:
        return None
    nearest = min(free, key=lambda degree: abs(_bent(intervals[degree], interval) - intervals[degree]))
    return nearest if abs(_bent(intervals[nearest], interval) - intervals[nearest]) <= 2 else None


def _bent(interval: int, goal: int) -> int:
    """Return the goal in the octave that lies nearest to the interval (11 may bend up to 12, 0 down to -1)."""
    return min((goal - 12, goal, goal + 12), key=lambda candidate: abs(candidate - interval))
