"""The spiral array (Chew 2002) and the tension ribbons on it (Herremans and Chew 2016).

A pitch is a place on the line of fifths, a whole number k; fifths wind up a helix, thirds lie close above each other.
"""

from __future__ import annotations

import numpy as np

from psychoscore_hearing.music import Music
from psychoscore_hearing.windows import sounding

RISE = np.sqrt(2 / 15)  # of the helix from one fifth to the next, where its radius is 1
WEIGHTS = np.array([0.536, 0.274, 0.19])  # of root, fifth and third in a chord; of I, V and IV in a key
DOMINANT = 0.75  # share of the major dominant, and of the minor subdominant, in a minor key
LOWEST = -5  # of the twelve fifths that pitch classes are spelt as, seen from the tonic: Db to F# in C


def position(k: np.ndarray | float) -> np.ndarray:
    """Return the points (..., 3) of places k on the line of fifths."""
    k = np.asarray(k, dtype=float)
    return np.stack([np.sin(k * np.pi / 2), np.cos(k * np.pi / 2), k * RISE], axis=-1)


def spell(pitch_classes: np.ndarray | int, tonic: np.ndarray | int, lowest: int = LOWEST) -> np.ndarray:
    """Return places on the line of fifths seen from the tonic (its own is 0), from lowest to lowest + 11."""
    fifths = (np.asarray(pitch_classes) - np.asarray(tonic)) * 7
    return (fifths - lowest) % 12 + lowest


def chord_centre(root: np.ndarray | float, minor: bool = False) -> np.ndarray:
    """Return the centre of a triad whose root is at place `root` (..., 3)."""
    root = np.asarray(root, dtype=float)
    third = root - 3 if minor else root + 4
    return WEIGHTS[0] * position(root) + WEIGHTS[1] * position(root + 1) + WEIGHTS[2] * position(third)


def key_centre(tonic: np.ndarray | float = 0.0, minor: bool = False) -> np.ndarray:
    """Return the centre of a key whose tonic is at place `tonic` (..., 3)."""
    tonic = np.asarray(tonic, dtype=float)
    dominant, subdominant = chord_centre(tonic + 1, minor), chord_centre(tonic - 1, minor)
    if minor:
        dominant = DOMINANT * chord_centre(tonic + 1) + (1 - DOMINANT) * dominant
        subdominant = DOMINANT * subdominant + (1 - DOMINANT) * chord_centre(tonic - 1)
    return WEIGHTS[0] * chord_centre(tonic, minor) + WEIGHTS[1] * dominant + WEIGHTS[2] * subdominant


def cloud_diameter(points: np.ndarray) -> float:
    """Return the largest distance between two of the points (n, 3); 0 for fewer than two."""
    if len(points) < 2:
        return 0.0
    return float(np.linalg.norm(points[:, None] - points[None], axis=-1).max())


def centre_of_effect(points: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the weighted mean of the points (n, 3): (3,)."""
    return np.average(points, axis=0, weights=weights)


def cloud_momentum(centres: np.ndarray) -> np.ndarray:
    """Return the distance of each centre of effect (n, 3) from the one before it, the first one's 0 (n,)."""
    return np.linalg.norm(np.diff(centres, axis=0, prepend=centres[:1]), axis=-1)


def tensile_strain(centre: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Return the distance between a centre of effect and a key's centre, both (..., 3)."""
    return np.linalg.norm(centre - key, axis=-1)


LINE = position(np.arange(LOWEST, LOWEST + 12))  # (12 places, 3)
APART = np.linalg.norm(LINE[:, None] - LINE[None], axis=-1)  # (12, 12)
_KEYS = np.stack([key_centre(0.0), key_centre(0.0, minor=True)])
MINOR_MODES = ("Aeolian", "Dorian", "Phrygian", "Locrian")


def tension_ribbons(music: Music) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (cloud diameter, cloud momentum, tensile strain) of each half bar, each (2 * bars,), NaN where silent.

    Pitches are spelt in the bar's key; centres of effect are weighted by how long the pitches sound; the momentum is
    the distance from the half bar before that sounds (0 at the first).
    """
    places = _by_place(music)  # (half bars, 12 places)
    heard = places.any(axis=1)
    weights = places[heard]
    present = weights > 0
    diameter = np.max(APART * (present[:, :, None] & present[:, None]), axis=(1, 2), initial=0.0)
    centres = weights @ LINE / weights.sum(axis=1, keepdims=True)
    momentum = cloud_momentum(_unturned(centres, music, heard)) if len(centres) else np.zeros(0)
    strain = tensile_strain(centres, _KEYS[_minor(music)[heard]])
    return _spread(diameter, heard), _spread(momentum, heard), _spread(strain, heard)


def _by_place(music: Music) -> np.ndarray:
    """Return the sounding quarters of each half bar by place on the line of fifths, the tonic's at index 5."""
    classes = (np.arange(LOWEST, LOWEST + 12) * 7 + np.repeat(music.tonic, 2)[:, None]) % 12
    return np.take_along_axis(sounding(music), classes, axis=1)


def _unturned(centres: np.ndarray, music: Music, heard: np.ndarray) -> np.ndarray:
    """Return the centres where the tonics of all bars are: a change of key moves them along the line of fifths."""
    tonics = spell(np.repeat(music.tonic, 2)[heard], music.tonic[0])
    turn = tonics * np.pi / 2
    x, y, z = centres.T
    turned = [x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn), z + tonics * RISE]
    return np.stack(turned, axis=-1)


def _minor(music: Music) -> np.ndarray:
    return np.repeat([int(mode in MINOR_MODES) for _, mode in music.key], 2).astype(int)


def _spread(values: np.ndarray, heard: np.ndarray) -> np.ndarray:
    found = np.full(len(heard), np.nan)
    found[heard] = values
    return found
