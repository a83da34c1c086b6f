"""The character of a profile: what each of its dimensions changes in the music, as plain numbers.

This is the only module that reads the profile's psychology; every other one works with what stands here.
"""

from __future__ import annotations

from attrs import frozen

from psychoscore_core.profile import Profile


@frozen(kw_only=True)
class Character:
    """Controls of the composer, in [0, 1] unless said otherwise; the README's table names their sources.

    direction: -1 melodies fall to 1 they rise. brightness: -1 minor chords to 1 major chords.
    lift: semitones by which tension raises the melody. span: steps of a phrase's arch.
    prominence: velocity of the melody above the rest. tastes: weight of each accompaniment figure.
    """

    irregularity: float
    modulation: float
    divergence: float
    ornaments: float
    chromatic_line: float
    clusters: float
    deception: float
    resolution: bool
    motion: float
    leaps: float
    span: float
    direction: float
    lift: float
    brightness: float
    colour: float
    stasis: float
    pedal: bool
    recency: bool
    availability: bool
    framing: bool
    same_figure: bool
    homorhythm: bool
    octaves: bool
    sparseness: bool
    lead_ins: float
    doubling: float
    threshold: float
    adoption: float
    accents: float
    unevenness: float
    prominence: float
    tastes: dict[str, float]


def character_of(profile: Profile) -> Character:
    """Return the composer's controls for a profile."""
    disc, ocean, dark, physics = profile.disc, profile.ocean, profile.dark_triad, profile.physics
    bias = dict.fromkeys(profile.cognitive_biases, 1.0).get
    return Character(
        irregularity=_clamp(profile.entropy * (1.2 - 0.5 * disc.compliance) - 0.25 * bias("illusion_control", 0.0)),
        modulation=_clamp((profile.entropy - 0.3) / 0.6) * (1 - 0.9 * physics.stability),
        divergence=_clamp(
            0.2
            + 0.8 * physics.exponent
            + 0.2 * (profile.entropy - 0.5)
            + 0.4 * (0.5 - ocean.conscientiousness)
            - 0.3 * bias("confirmation", 0.0)
        ),
        ornaments=dark.narcissism,
        chromatic_line=dark.machiavellianism,
        clusters=dark.psychopathy,
        deception=0.7 * dark.machiavellianism,
        resolution=bool(bias("just_world", 0.0)),
        motion=physics.kinetic_energy,
        leaps=_clamp(
            0.3
            + 0.3 * (ocean.extraversion - 0.5)
            + 0.4 * bias("dunning_kruger", 0.0)
            - 0.25 * bias("loss_aversion", 0.0)
        ),
        span=2 + 3 * ocean.extraversion,
        direction=_clamp(
            0.4 * physics.spin
            + 0.4 * physics.magnetization
            + 0.4 * bias("optimism", 0.0)
            - 0.4 * bias("pessimism", 0.0),
            -1,
        ),
        lift=8 * (physics.potential_energy - 0.5),
        brightness=_clamp(
            0.8 * bias("positivity", 0.0) - 0.8 * bias("negativity", 0.0) + 0.6 * (ocean.agreeableness - 0.5), -1
        ),
        colour=ocean.openness,
        stasis=0.6 * bias("status_quo", 0.0),
        pedal=bool(bias("anchoring", 0.0)),
        recency=bool(bias("recency", 0.0)),
        availability=bool(bias("availability", 0.0)),
        framing=bool(bias("framing", 0.0)),
        same_figure=bool(bias("sunk_cost", 0.0)),
        homorhythm=bool(bias("bandwagon", 0.0)),
        octaves=bool(bias("authority", 0.0)),
        sparseness=bool(bias("scarcity", 0.0)),
        lead_ins=disc.influence,
        doubling=_clamp(physics.coupling + 0.3 * bias("social_proof", 0.0) + 0.3 * bias("groupthink", 0.0)),
        threshold=physics.threshold,
        adoption=physics.adoption,
        accents=physics.total_energy,
        unevenness=ocean.neuroticism,
        prominence=4 + 8 * bias("spotlight", 0.0) + 4 * bias("halo", 0.0) + 4 * bias("self_serving", 0.0),
        tastes=_tastes(profile),
    )


def _tastes(profile: Profile) -> dict[str, float]:
    disc, rsi = profile.disc, profile.rsi
    return {
        "pad": 0.2 + 1.0 * disc.steadiness * (1 - profile.entropy),
        "block": 0.3 + 1.0 * disc.dominance,
        "pulse": 0.1 + 1.2 * rsi.real * (0.5 + profile.entropy),
        "alberti": 0.1 + 1.6 * rsi.symbolic,
        "arpeggio": 0.3 + 1.6 * rsi.imaginary,
        "wave": 0.2 + 1.2 * rsi.imaginary * (1 - profile.trauma),
        "ostinato": 0.1 + 1.5 * profile.trauma + 0.5 * profile.entropy,
        "offbeat": 0.2 + 0.8 * (1 - profile.trauma) * profile.ocean.extraversion,
    }


def _clamp(value: float, low: float = 0.0) -> float:
    return min(1.0, max(low, value))
