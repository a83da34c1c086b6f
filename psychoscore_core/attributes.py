"""The measurable attributes of music that a plan asks for and an evaluation measures; the same names everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen
class Attribute:
    """One attribute: its unit, the range that real music spans (for plots and normalising), and what is measured."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


_ALL = (
    Attribute("tempo", "quarter notes a minute", 40, 200, "mean tempo, each weighted by how long it holds"),
    Attribute("brightness", "fifths", -3, 3, "mean place of the scale on the line of fifths, seen from the tonic"),
    Attribute("density", "onsets a bar", 1, 16, "mean number of distinct onsets in a bar of four quarters"),
    Attribute("irregularity", "bits", 0, 2.5, "Shannon entropy of the inter-onset intervals in sixteenths"),
    Attribute("articulation", "ratio", 0.2, 1, "mean of sounding length over the time to the same voice's next onset"),
    Attribute("dynamics", "MIDI velocity", 30, 115, "mean velocity"),
    Attribute("contrast", "MIDI velocity", 0, 25, "standard deviation of the velocities"),
    Attribute("register", "MIDI pitch", 48, 80, "mean pitch"),
    Attribute("span", "semitones", 3, 18, "standard deviation of the pitches"),
    Attribute("polyphony", "notes", 1, 7, "mean number of notes that sound at an onset"),
    Attribute("dissonance", "spiral array", 0, 3, "mean cloud diameter of what sounds in half a bar"),
    Attribute("movement", "spiral array", 0, 1, "mean cloud momentum: how far the centre of effect moves a half bar"),
    Attribute("strain", "spiral array", 0, 1.5, "mean tensile strain: distance of the centre of effect from the key"),
    Attribute("chromaticism", "share", 0, 0.25, "share of notes outside the scale"),
    Attribute("repetition", "share", 0, 1, "mean likeness of each bar to the most similar bar before it"),
)
ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({attribute.name: attribute for attribute in _ALL})
