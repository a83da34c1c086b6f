"""Tension of a chord in its key, on the spiral array (Chew 2002; Herremans and Chew 2016).

A pitch is a place k on the line of fifths, spelt from five fifths below the tonic to six above it, and a point
(sin k pi/2, cos k pi/2, k sqrt(2/15)). The diameter is the largest distance between two tones, the strain that of
their mean from the key's centre.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, dist, pi, sin, sqrt

from attrs import frozen

Point = tuple[float, float, float]
RISE = sqrt(2 / 15)
LOWEST = -5
WEIGHTS = (0.536, 0.274, 0.19)  # root, fifth and third of a chord; I, V and IV of a key
DOMINANT = 0.75  # share of the major dominant and of the minor subdominant in a minor key
DIAMETER, STRAIN = 0.35, 0.65
CALM, STRAINED = 0.85, 1.72  # weighted sums that are tension 0 and 1


@frozen
class Sound:
    """How a chord sounds in its key: cloud diameter, tensile strain, tension, and the centre seen from the tonic."""

    diameter: float
    strain: float
    tension: float
    centre: Point


@lru_cache(maxsize=8192)
def sound_of(pitch_classes: tuple[int, ...], tonic: int, minor: bool) -> Sound:
    """Return how pitch classes sound in the key of a tonic; tension is about 0 at its own triad, 1 far away."""
    points = [_position(_place(pitch_class - tonic)) for pitch_class in set(pitch_classes)]
    diameter = max(dist(a, b) for a in points for b in points)
    centre = _mean([(1 / len(points), point) for point in points])
    strain = dist(centre, _key_centre(minor))
    return Sound(diameter, strain, tension_at(diameter, strain), centre)


def tension_at(diameter: float, strain: float) -> float:
    """Return the tension of a cloud with such a diameter and strain."""
    return (DIAMETER * diameter + STRAIN * strain - CALM) / (STRAINED - CALM)


def tension_of(pitch_classes: tuple[int, ...], tonic: int, minor: bool) -> float:
    """Return the tension of pitch classes in the key of a tonic; about 0 at its own triad, 1 far away."""
    return sound_of(pitch_classes, tonic, minor).tension


@lru_cache(maxsize=8192)
def turned(centre: Point, semitones: int) -> Point:
    """Return a centre as seen from a tonic that lies so many semitones below its own."""
    x, y, z = centre
    place = _place(semitones)
    turn = place * pi / 2
    return (x * cos(turn) + y * sin(turn), y * cos(turn) - x * sin(turn), z + place * RISE)


def _place(above: int) -> int:
    return (7 * above - LOWEST) % 12 + LOWEST


def _position(place: float) -> Point:
    return (sin(place * pi / 2), cos(place * pi / 2), place * RISE)


def _mean(parts: list[tuple[float, Point]]) -> Point:
    x, y, z = (sum(weight * point[axis] for weight, point in parts) for axis in range(3))
    return (x, y, z)


def _triad(root: int, minor: bool) -> Point:
    places = (root, root + 1, root - 3 if minor else root + 4)
    return _mean([(weight, _position(place)) for weight, place in zip(WEIGHTS, places, strict=True)])


@lru_cache(maxsize=2)
def _key_centre(minor: bool) -> Point:
    share = DOMINANT if minor else 1.0
    dominant = _mean([(share, _triad(1, False)), (1 - share, _triad(1, True))])
    subdominant = _mean([(share, _triad(-1, minor)), (1 - share, _triad(-1, False))])
    return _mean(list(zip(WEIGHTS, (_triad(0, minor), dominant, subdominant), strict=True)))
