"""What a profile alone says about a piece's key, mode, tempo and dynamic mark."""

from __future__ import annotations

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes

CIRCLE_OF_FIFTHS = ("C", "G", "D", "A", "E", "B", "Gb", "Db", "Ab", "Eb", "Bb", "F")
MODE_BY_REGISTER = {  # dominant RSI register: (mode, mode where trauma is above TRAUMA_TURNS)
    "real": ("Dorian", "Aeolian"),
    "symbolic": ("Lydian", "Mixolydian"),
    "imaginary": ("Phrygian", "Locrian"),
}
UNDECIDED = ("Ionian", "Aeolian")  # the same where all registers are equal: nothing but trauma speaks, major or minor
TRAUMA_TURNS = 0.6
DYNAMICS = ((0.3, "p", 49), (0.5, "mf", 80), (0.7, "f", 96), (2.0, "ff", 112))  # below: mark, MIDI velocity


def key_of(profile: Profile) -> str:
    """Return the key: openness walks the circle of fifths from C (0) sharpwards round to F (1)."""
    return CIRCLE_OF_FIFTHS[min(11, int(profile.ocean.openness * 12))]


def mode_of(profile: Profile) -> str:
    """Return the mode: the dominant RSI register chooses a pair, trauma above 0.6 the darker of it.

    Where no register dominates, the pair is Ionian and Aeolian.
    """
    rsi = profile.rsi
    equal = max(rsi.real, rsi.symbolic, rsi.imaginary) - min(rsi.real, rsi.symbolic, rsi.imaginary) < 1e-6
    calm, wounded = UNDECIDED if equal else MODE_BY_REGISTER[rsi.dominant]
    return wounded if profile.trauma > TRAUMA_TURNS else calm


def tempo_of(profile: Profile) -> float:
    """Return quarter notes a minute: 60 + 80 entropy, +20 where extraversion is above 0.7, within 40 to 200."""
    tempo = 60 + 80 * profile.entropy + (20 if profile.ocean.extraversion > 0.7 else 0)
    return min(200.0, max(40.0, tempo))


def dynamics_of(profile: Profile) -> tuple[str, int]:
    """Return the dynamic mark and its MIDI velocity: dominance at 0.3, 0.5, 0.7 parts p, mf, f and ff."""
    return next((mark, velocity) for below, mark, velocity in DYNAMICS if profile.disc.dominance < below)


def complete(profile: Profile, given: Attributes | None = None) -> Attributes:
    """Return key, mode and tempo: what is given stays, the rest follows from the profile."""
    given = given or Attributes()
    return Attributes(
        key=given.key or key_of(profile),
        mode=given.mode or mode_of(profile),
        tempo=given.tempo or tempo_of(profile),
    )
