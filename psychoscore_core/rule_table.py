"""The published rule table: what a profile alone says about a piece's key, mode, tempo and bars.

The composing rules (harmony, melody, accompaniment) are the `rules` backend's; this table is what every
backend's plan starts from, so that two backends are asked for the same piece.
"""

from __future__ import annotations

from psychoscore_core.profile import Profile
from psychoscore_core.records import Attributes, BarPlan, Plan

CIRCLE_OF_FIFTHS = ("C", "G", "D", "A", "E", "B", "Gb", "Db", "Ab", "Eb", "Bb", "F")
MODE_BY_REGISTER = {  # dominant RSI register: (mode, mode where trauma is above TRAUMA_TURNS)
    "real": ("Dorian", "Aeolian"),
    "symbolic": ("Lydian", "Mixolydian"),
    "imaginary": ("Phrygian", "Locrian"),
}
TRAUMA_TURNS = 0.6
DYNAMICS = ((0.3, "p", 49), (0.5, "mf", 80), (0.7, "f", 96), (2.0, "ff", 112))  # below: mark, MIDI velocity
SECTIONS = "ABAC"
SECTION_BARS = 8


def key_of(profile: Profile) -> str:
    """Return the key: openness walks the circle of fifths from C (0) sharpwards round to F (1)."""
    return CIRCLE_OF_FIFTHS[min(11, int(profile.ocean.openness * 12))]


def mode_of(profile: Profile) -> str:
    """Return the mode: the dominant RSI register chooses a pair, trauma above 0.6 the darker of it."""
    calm, wounded = MODE_BY_REGISTER[profile.rsi.dominant]
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


def plan_of(
    profile: Profile, bars: int, attributes: Attributes | None = None, time_signature: tuple[int, int] = (4, 4)
) -> Plan:
    """Return the plan of a piece of so many bars: an arch of tension that peaks at 70% of it, in sections of 8 bars.

    arch: 0 in the first and last bar, 1 at the peak. tension = 0.1 + 0.5 trauma + 0.3 (dark triad mean) + 0.3 arch;
    density = 0.15 + 0.35 entropy + 0.15 extraversion + 0.1 arch; register = (64 - 10 trauma + 4 arch) / 127;
    dynamics = (velocity of dominance - 6 + 12 arch) / 127; none above 1.
    """
    facts = complete(profile, attributes)
    assert facts.key and facts.mode and facts.tempo
    return Plan(
        key=facts.key,
        mode=facts.mode,
        tempo=facts.tempo,
        time_signature=time_signature,
        bars=tuple(_bar(profile, index, bars) for index in range(bars)),
    )


def _bar(profile: Profile, index: int, bars: int) -> BarPlan:
    arch = _arch(index / max(1, bars - 1))
    dark = profile.dark_triad
    base = 0.1 + 0.5 * profile.trauma + 0.1 * (dark.machiavellianism + dark.narcissism + dark.psychopathy)
    return BarPlan(
        section=SECTIONS[index // SECTION_BARS % len(SECTIONS)],
        tension=min(1.0, base + 0.3 * arch),
        density=min(1.0, 0.15 + 0.35 * profile.entropy + 0.15 * profile.ocean.extraversion + 0.1 * arch),
        register=(64 - 10 * profile.trauma + 4 * arch) / 127,
        dynamics=min(1.0, (dynamics_of(profile)[1] - 6 + 12 * arch) / 127),
    )


def _arch(position: float, peak: float = 0.7) -> float:
    """Return 0 at both ends and 1 at the peak, straight in between; position and peak in [0, 1]."""
    return position / peak if position <= peak else (1 - position) / (1 - peak)
