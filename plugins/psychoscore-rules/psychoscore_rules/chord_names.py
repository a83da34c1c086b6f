"""Chords by name: roots and qualities that a chord symbol can say, spelt in their key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from psychoscore_core.chord_symbols import QUALITIES
from psychoscore_rules.chord_tension import Sound, sound_of
from psychoscore_rules.scales import Chord, Scale, spelled

LINE = "FCGDAEB"  # of fifths, without accidentals
FIRST_FLAT, LAST_SHARP = -8, 12  # Fb to B#, counted in fifths from C
MINOR_THIRD = 3
# Qualities that the planner uses, from the plainest on.
COLOURS: Mapping[str, float] = {  # how much of a colour each one is, 0 plain to 1
    "": 0.0,
    "m": 0.0,
    "dim": 0.0,
    "5": 0.25,
    "6": 0.6,
    "m6": 0.35,
    "add9": 0.45,
    "sus4": 1.2,
    "7": 0.3,
    "maj7": 0.45,
    "m7": 1.2,
    "m7b5": 0.3,
    "dim7": 0.4,
    "9": 0.7,
    "maj9": 0.8,
    "m9": 1.5,
}


@frozen
class Named:
    """A chord that a symbol can say: root pitch class and a quality of `psychoscore_core.chord_symbols`."""

    root: int
    quality: str

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        return _pitch_classes(self.root, self.quality)

    @property
    def third(self) -> int:
        """Return 1 for a major third above the root, -1 for a minor one, 0 without either."""
        above = QUALITIES[self.quality]
        return (4 in above) - (3 in above)

    def foreign(self, scale: Scale) -> int:
        """Return how many of its tones lie outside a scale."""
        return sum(pitch_class not in scale.pitch_classes for pitch_class in self.pitch_classes)

    def tension(self, scale: Scale) -> float:
        return self.sound(scale).tension

    def sound(self, scale: Scale) -> Sound:
        return sound_of(self.pitch_classes, scale.tonic % 12, scale.intervals[2] == MINOR_THIRD)

    def chord(self, scale: Scale) -> Chord:
        return spelled(scale, self.pitch_classes, self.root)


@lru_cache(maxsize=1024)
def _pitch_classes(root: int, quality: str) -> tuple[int, ...]:
    return tuple((root + above) % 12 for above in QUALITIES[quality])


def symbol_of(named: Named, bass: int, scale: Scale) -> str:
    """Return the chord symbol, with a slash where the bass (a pitch class) is not the root."""
    slash = f"/{_letter(bass, scale)}" if bass != named.root else ""
    return f"{_letter(named.root, scale)}{named.quality}{slash}"


def _letter(pitch_class: int, scale: Scale) -> str:
    """Return a pitch class's name as the key spells it."""
    tonic = _tonic_place(scale)
    place = tonic + (7 * (pitch_class - scale.tonic) + 5) % 12 - 5
    place += 12 * (place < FIRST_FLAT) - 12 * (place > LAST_SHARP)
    sharps, letter = divmod(place + 1, 7)
    return LINE[letter] + ("#" * sharps if sharps > 0 else "b" * -sharps)


def _tonic_place(scale: Scale) -> int:
    """Return the tonic's place on the line of fifths, C at 0, where the key signature has the fewest accidentals."""
    tonic = (7 * scale.tonic + 5) % 12 - 5
    signature = sum((7 * above + 5) % 12 - 5 for above in scale.intervals) // 7 - 2
    return min((tonic, tonic - 12, tonic + 12), key=lambda place: (abs(place + signature), place))
