"""The control map: which dimension of a profile moves which measurable attribute, which way, how far, and why.

The rows are data; `lean` adds them up. Rows whose shape is "steps" are those of the rule table's facts (key, mode,
tempo, dynamic mark), which jump; they stand here so that the map is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

from psychoscore_core.profile import BIASES, DIMENSIONS, Profile

Source = Literal["theory", "data", "rule table"]
REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "GL": "Gabrielsson and Lindström (2010), The role of structure in the musical expression of emotions",
        "JL": "Juslin and Laukka (2003), Communication of emotions in vocal expression and music performance",
        "H": "Huron (2006), Sweet Anticipation",
        "E": "Eerola, Friberg and Bresin (2013), Emotional expression in music: contribution, linearity, additivity",
        "HC": "Herremans and Chew (2016), Tension ribbons: quantifying and visualising tonal tension",
        "RT": "the rule tables of this project: its own choice, made so that the dimension is heard",
    }
)


@frozen
class Control:
    """One row: from the low end of the dimension to the high end the attribute moves by `effect`, in its own unit.

    For a bias, from absent to active. shape: "line", or "steps" where the rule table jumps. why: what the source
    says; its marks in brackets are keys of REFERENCES.
    """

    dimension: str
    attribute: str
    effect: float
    source: Source
    why: str
    shape: Literal["line", "steps"] = "line"


T: Source = "theory"
R: Source = "rule table"
_RULE = "as the rule table has it (RT)"
CONTROLS: tuple[Control, ...] = (
    Control("disc.dominance", "dynamics", 63, R, "power is loud: p, mf, f, ff (RT; JL)", "steps"),
    Control("disc.influence", "density", 2.5, T, "sociable speech is quick and full; lead-ins between phrases (JL)"),
    Control("disc.steadiness", "articulation", 0.6, T, "calm and tender music is legato (GL, JL)"),
    Control("disc.compliance", "irregularity", -1, T, "even rhythm is heard as orderly and serious (GL)"),
    Control("ocean.openness", "dissonance", 1.8, T, "complex harmony: sevenths and ninths (GL)"),
    Control("ocean.conscientiousness", "repetition", 0.6, T, "what is expected and comes is order (H)"),
    Control("ocean.extraversion", "tempo", 20, R, "quick where it is above 0.7 (RT; JL)", "steps"),
    Control("ocean.extraversion", "density", 3, R, _RULE),
    Control("ocean.extraversion", "span", 12, T, "a wide range is heard as lively and open (GL)"),
    Control("ocean.agreeableness", "articulation", 0.25, T, "tenderness is legato, anger is cut short (JL, E)"),
    Control("ocean.neuroticism", "contrast", 12, T, "uneven loudness is heard as fear and anger (JL)"),
    Control("ocean.neuroticism", "strain", 0.6, T, "tension far from the key (HC)"),
    Control("rsi.real", "brightness", 0, R, "Dorian, or Aeolian where trauma is above 0.6 (RT)", "steps"),
    Control("rsi.real", "articulation", -0.3, R, "pulses, struck and let go (RT)"),
    Control("rsi.symbolic", "brightness", 3, R, "Lydian, or Mixolydian where trauma is above 0.6 (RT; E)", "steps"),
    Control("rsi.imaginary", "brightness", -2, R, "Phrygian, or Locrian where trauma is above 0.6 (RT; E)", "steps"),
    Control("rsi.imaginary", "span", 8, R, "waves and wide arpeggios (RT)"),
    Control("trauma", "brightness", -2, R, "above 0.6 the darker mode of its pair (RT; E)", "steps"),
    Control("trauma", "chromaticism", 0.05, R, "above 0.6 dominants with the leading tone of minor keys (RT)", "steps"),
    Control("trauma", "register", -10, R, "low is grave (RT; GL, E)"),
    Control("trauma", "strain", 0.75, R, "five tenths of a bar's tension (RT; HC)"),
    Control("trauma", "dissonance", 1.3, T, "dissonance is heard as pain (GL)"),
    Control("entropy", "tempo", 80, R, "60 to 140 quarter notes a minute (RT; JL, E)"),
    Control("entropy", "density", 7, R, _RULE),
    Control("entropy", "irregularity", 2, T, "unpredictable intervals: entropy itself (H)"),
    Control("dark_triad.machiavellianism", "chromaticism", 0.24, R, "chromatic lines in by the back door (RT)"),
    Control("dark_triad.machiavellianism", "strain", 0.15, R, "a tenth of a bar's tension (RT)"),
    Control("dark_triad.narcissism", "chromaticism", 0.1, R, "ornaments touch foreign notes (RT)"),
    Control("dark_triad.narcissism", "strain", 0.15, R, "a tenth of a bar's tension (RT)"),
    Control("dark_triad.psychopathy", "chromaticism", 0.2, R, "semitone clusters and tritones (RT)"),
    Control("dark_triad.psychopathy", "dissonance", 1.2, T, "wide clouds of notes far apart in fifths (HC)"),
    Control("dark_triad.psychopathy", "strain", 0.15, R, "a tenth of a bar's tension (RT)"),
    Control("bias.authority", "polyphony", 0.8, R, "the bass speaks in octaves (RT)"),
    Control("bias.scarcity", "density", -2.5, R, "fewer notes (RT)"),
    Control("bias.social_proof", "polyphony", 0.6, R, "others join the melody (RT)"),
    Control("bias.confirmation", "repetition", 0.15, T, "what was heard before is heard again (H)"),
    Control("bias.anchoring", "movement", -0.15, T, "a pedal holds the harmony (HC)"),
    Control("bias.availability", "repetition", 0.15, T, "the nearest motif is taken again (H)"),
    Control("bias.loss_aversion", "span", -3, R, "small leaps (RT)"),
    Control("bias.dunning_kruger", "span", 3, R, "large leaps (RT)"),
    Control("bias.bandwagon", "irregularity", -0.3, R, "every part takes the melody's rhythm (RT)"),
    Control("bias.recency", "repetition", 0.15, T, "each bar repeats the one before it (H)"),
    Control("bias.halo", "contrast", 3, R, "the melody outshines the rest (RT)"),
    Control("bias.framing", "repetition", 0.1, T, "the end is the beginning (H)"),
    Control("bias.sunk_cost", "repetition", 0.1, T, "one figure for all sections (H)"),
    Control("bias.optimism", "register", 3, T, "rising lines, higher notes (GL, E)"),
    Control("bias.pessimism", "register", -3, T, "falling lines, lower notes (GL, E)"),
    Control("bias.groupthink", "polyphony", 0.6, R, "others join the melody (RT)"),
    Control("bias.self_serving", "contrast", 3, R, "the melody outshines the rest (RT)"),
    Control("bias.negativity", "strain", 0.1, T, "minor chords, farther from rest (E)"),
    Control("bias.positivity", "strain", -0.1, T, "major chords, nearer to rest (E)"),
    Control("bias.status_quo", "movement", -0.2, T, "harmonies stay (HC)"),
    Control("bias.illusion_control", "irregularity", -0.5, T, "a straight rhythm (H)"),
    Control("bias.just_world", "strain", -0.1, T, "every phrase closes fully (HC, H)"),
    Control("bias.spotlight", "contrast", 4, R, "the melody in the light (RT)"),
    Control("physics.total_energy", "contrast", 14, T, "accents and swells (JL)"),
    Control("physics.total_energy", "dynamics", 24, T, "energy is loud (GL, JL)"),
    Control("physics.kinetic_energy", "density", 7, T, "motion is many onsets (GL)"),
    Control("physics.kinetic_energy", "movement", 0.7, T, "motion of the harmony is cloud momentum (HC)"),
    Control("physics.potential_energy", "register", 16, T, "potential energy is height (GL)"),
    Control("physics.spin", "register", 2, T, "lines rise, or fall (GL)"),
    Control("physics.magnetization", "register", 6, T, "lines rise, or fall (GL)"),
    Control("physics.coupling", "polyphony", 2.6, R, "coupled voices sound together (RT)"),
    Control("physics.threshold", "polyphony", -0.6, R, "voices wait for others to go first (RT)"),
    Control("physics.adoption", "polyphony", 2.0, R, "more voices join (RT)"),
    Control("physics.exponent", "repetition", -0.6, T, "trajectories part: returns differ (H)"),
    Control("physics.exponent", "irregularity", 0.6, T, "chaos is unpredictable (H)"),
    Control("physics.stability", "strain", -0.6, T, "stable harmony stays near its key (HC)"),
    Control("physics.stability", "dissonance", -0.8, T, "stable harmony is consonant (GL)"),
)
AUDIBLE = frozenset(control.dimension for control in CONTROLS)
SILENT = tuple(f"bias.{name}" for name in BIASES if f"bias.{name}" not in AUDIBLE)  # no honest counterpart was found

# Where the neutral profile stands, in the attribute's unit: the middle of a piece of the rule table.
NEUTRAL: Mapping[str, float] = MappingProxyType(
    {
        "density": 9.0,
        "irregularity": 1.1,
        "articulation": 0.8,
        "contrast": 12.0,
        "register": 66.0,
        "span": 9.6,
        "polyphony": 3.8,
        "dissonance": 1.3,
        "movement": 0.45,
        "strain": 0.375,
        "chromaticism": 0.0,
        "repetition": 0.5,
    }
)
_SPANS = {d.name: (index, d.neutral, d.high - d.low) for index, d in enumerate(DIMENSIONS)}
_LINES: dict[str, list[tuple[int, float, float]]] = defaultdict(list)  # attribute: (place, neutral, slope)
for _row in CONTROLS:
    if _row.shape == "line":
        _place, _neutral, _width = _SPANS[_row.dimension]
        _LINES[_row.attribute].append((_place, _neutral, _row.effect / _width))


def lean(attribute: str, profile: Profile) -> float:
    """Return how far a profile moves an attribute from where the neutral one stands, in the attribute's unit."""
    values = profile.to_vector()
    return sum(slope * (values[place] - neutral) for place, neutral, slope in _LINES[attribute])
