"""The attributes of a whole score, and the course of its tension."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_core.records import BarPlan
from psychoscore_hearing import rhythm
from psychoscore_hearing.music import Music, first_tempo, hear
from psychoscore_hearing.scales import note_places, outside, scale_place
from psychoscore_hearing.spiral import tension_ribbons
from psychoscore_hearing.structure import repetition
from psychoscore_hearing.tension import felt_tension, harmonic_tension

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

_NEUTRAL = BarPlan()
NEUTRAL = {  # where a score has nothing to measure
    "tempo": 120.0,
    "articulation": _NEUTRAL.articulation,
    "dynamics": _NEUTRAL.dynamics * 127,
    "register": _NEUTRAL.register * 127,
}  # every other one: 0


def attributes_of(score: Score, key: str | None = None, mode: str | None = None) -> dict[str, float]:
    """Return every attribute of `psychoscore_core.attributes.ATTRIBUTES` in its unit, finite for any score.

    key: a name of KEYS. mode: a name of MODES. Without them they come from the key signatures or are estimated.
    Where there is nothing to measure: the first tempo, the scale's brightness, `NEUTRAL` or 0 for the others.
    """
    music = hear(score, key, mode)
    return measure(music) | ({} if music.bars else {"tempo": first_tempo(score), "brightness": scale_place(mode or "")})


def measure(music: Music) -> dict[str, float]:
    """Return every attribute of music that is heard already, in the keys that its bars have."""
    found = {name: float(value) for name, value in _timed(music).items()} | _harmonic(music)
    return {name: found[name] if np.isfinite(found[name]) else NEUTRAL.get(name, 0.0) for name in ATTRIBUTES}


def _timed(music: Music) -> dict[str, float]:
    pitched = music.pitched
    quarters, minutes = music.bar_length.sum(), (music.bar_length / music.tempo).sum()
    return {
        "tempo": quarters / minutes if music.bars else np.nan,
        "density": 4 * rhythm.attacks_a_bar(music).sum() / quarters if music.bars else np.nan,
        "irregularity": rhythm.irregularity(music),
        "articulation": _mean(rhythm.articulation(music)[1]),
        "dynamics": _mean(music.velocity),
        "contrast": _mean(music.velocity, np.std),
        "register": _mean(pitched.pitch),
        "span": _mean(pitched.pitch, np.std),
        "polyphony": _mean(rhythm.polyphony(music)[1]),
        "chromaticism": _mean(outside(pitched)),
        "repetition": repetition(music),
    }


def _harmonic(music: Music) -> dict[str, float]:
    diameter, momentum, strain = (ribbon[np.isfinite(ribbon)] for ribbon in tension_ribbons(music))
    return {
        "brightness": _brightness(music),
        "dissonance": _mean(diameter),
        "movement": _mean(momentum[1:]),
        "strain": _mean(strain),
    }


def _brightness(music: Music) -> float:
    """Return the mean place of the notes on the line of fifths by duration; without notes that of the bars' scales."""
    pitched = music.pitched
    if not len(pitched.onset):
        return _mean(np.array([scale_place(mode) for _, mode in music.key]))
    return float(np.average(note_places(pitched), weights=pitched.duration))


def _mean(values: np.ndarray, statistic: Callable[[np.ndarray], Any] = np.mean) -> float:
    return float(statistic(values)) if len(values) else np.nan


def tension_curve(score: Score, key: str | None = None, mode: str | None = None) -> np.ndarray:
    """Return the harmonic tension of each bar in [0, 1] (bars,); see `harmonic_tension`."""
    return harmonic_tension(hear(score, key, mode))


def felt_tension_curve(score: Score, key: str | None = None, mode: str | None = None) -> np.ndarray:
    """Return the tension of each bar as a whole in [0, 1] (bars,); see `felt_tension`."""
    return felt_tension(hear(score, key, mode))
