"""Orchestration: which General MIDI instruments play which layer, by trauma and dominant register."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from psychoscore_core.profile import Profile

STRINGS_FROM, BRASS_FROM = 0.5, 0.8  # trauma above which the next palette takes over


@frozen
class Instrument:
    """A General MIDI instrument (program counted from 0) and the range that it plays in, as MIDI pitches."""

    name: str
    program: int
    low: int
    high: int

    def fit(self, pitch: int) -> int:
        """Return the pitch, moved by octaves into the range (which is an octave wide or more)."""
        while pitch > self.high:
            pitch -= 12
        while pitch < self.low:
            pitch += 12
        return pitch


PIANO = Instrument("Piano", 0, 24, 103)
CELESTA = Instrument("Celesta", 8, 60, 103)
HARP = Instrument("Harp", 46, 28, 98)
VIOLIN = Instrument("Violin", 40, 55, 98)
VIOLA = Instrument("Viola", 41, 48, 84)
CELLO = Instrument("Cello", 42, 36, 74)
CONTRABASS = Instrument("Contrabass", 43, 28, 62)
TREMOLO = Instrument("Tremolo strings", 44, 36, 90)
PIZZICATO = Instrument("Pizzicato strings", 45, 36, 90)
TIMPANI = Instrument("Timpani", 47, 38, 57)
STRINGS = Instrument("Strings", 48, 36, 93)
TRUMPET = Instrument("Trumpet", 56, 54, 84)
TROMBONE = Instrument("Trombone", 57, 40, 72)
TUBA = Instrument("Tuba", 58, 28, 58)
HORN = Instrument("French horn", 60, 41, 77)
OBOE = Instrument("Oboe", 68, 58, 91)
BASSOON = Instrument("Bassoon", 70, 34, 72)
CLARINET = Instrument("Clarinet", 71, 50, 89)
FLUTE = Instrument("Flute", 73, 60, 96)
DRUMS = Instrument("Percussion", 0, 0, 127)

Ensemble = Mapping[str, Instrument]  # by layer

INTIMATE: Mapping[str, Ensemble] = {
    "real": {"melody": PIANO, "inner": PIANO, "harmony": PIANO, "bass": PIANO},
    "symbolic": {"melody": PIANO, "inner": CELESTA, "harmony": HARP, "bass": PIANO},
    "imaginary": {"melody": CELESTA, "inner": HARP, "harmony": HARP, "bass": PIANO},
}
CHAMBER: Mapping[str, Ensemble] = {
    "real": {"melody": VIOLIN, "inner": VIOLA, "harmony": STRINGS, "bass": CELLO},
    "symbolic": {"melody": OBOE, "inner": CLARINET, "harmony": STRINGS, "bass": CELLO},
    "imaginary": {"melody": FLUTE, "inner": CLARINET, "harmony": STRINGS, "bass": BASSOON},
}
ORCHESTRAL: Mapping[str, Ensemble] = {
    "real": {"melody": TRUMPET, "inner": TROMBONE, "harmony": STRINGS, "bass": TUBA},
    "symbolic": {"melody": HORN, "inner": TROMBONE, "harmony": STRINGS, "bass": CONTRABASS},
    "imaginary": {"melody": HORN, "inner": VIOLA, "harmony": TREMOLO, "bass": CONTRABASS},
}
SHORT_BOWS = 0.35  # steadiness below which strings are plucked


def ensemble_of(profile: Profile) -> Ensemble:
    """Return who plays each layer: piano, celesta and harp; strings and woodwinds; or brass, percussion and strings."""
    register = profile.rsi.dominant
    if profile.trauma > BRASS_FROM:
        return {**ORCHESTRAL[register], "timpani": TIMPANI, "drums": DRUMS}
    if profile.trauma > STRINGS_FROM:
        plucked = {"harmony": PIZZICATO} if profile.disc.steadiness < SHORT_BOWS else {}
        return {**CHAMBER[register], **plucked}
    return INTIMATE[register]
