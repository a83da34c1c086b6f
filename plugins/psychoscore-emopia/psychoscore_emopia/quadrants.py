"""The four quadrants of valence and arousal (Russell 1980) and the trauma and entropy that a mind in each has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from psychoscore_core.profile import Disc, Ocean, Profile


@frozen(kw_only=True)
class Quadrant:
    """A quadrant: valence and arousal as +1 or -1, and the ranges that trauma and entropy are drawn from.

    dominance, extraversion: the medians of what `evidence` reads from the train split's aligned clips, so that a
    profile which asks for the quadrant asks for its loudness and density as well.
    """

    valence: int
    arousal: int
    trauma: tuple[float, float]
    entropy: tuple[float, float]
    dominance: float
    extraversion: float


QUADRANTS: Mapping[int, Quadrant] = MappingProxyType(
    {
        1: Quadrant(valence=1, arousal=1, trauma=(0.1, 0.3), entropy=(0.7, 0.9), dominance=0.36, extraversion=0.63),
        2: Quadrant(valence=-1, arousal=1, trauma=(0.6, 0.9), entropy=(0.6, 0.8), dominance=0.41, extraversion=0.72),
        3: Quadrant(valence=-1, arousal=-1, trauma=(0.7, 0.9), entropy=(0.1, 0.3), dominance=0.2, extraversion=0.42),
        4: Quadrant(valence=1, arousal=-1, trauma=(0.1, 0.3), entropy=(0.2, 0.4), dominance=0.17, extraversion=0.4),
    }
)
GIVEN = frozenset(("trauma", "entropy"))
ASKED = GIVEN | {"disc.dominance", "ocean.extraversion"}


def quadrant_profile(number: int) -> Profile:
    """Return the profile in the middle of quadrant 1, 2, 3 or 4; what the quadrant says nothing of is neutral."""
    quadrant = QUADRANTS[number]
    return Profile(
        trauma=_between(quadrant.trauma, 0.5),
        entropy=_between(quadrant.entropy, 0.5),
        disc=Disc(dominance=quadrant.dominance),
        ocean=Ocean(extraversion=quadrant.extraversion),
        given=ASKED,
    )


def quadrant_json(number: int) -> dict[str, object]:
    """Return the partial JSON form of `quadrant_profile`: reading it back gives the same profile."""
    quadrant, profile = QUADRANTS[number], quadrant_profile(number)
    valence, arousal = ("high" if sign > 0 else "low" for sign in (quadrant.valence, quadrant.arousal))
    return {
        "name": f"Q{number}",
        "description": f"The middle of EMOPIA's quadrant {number}: {valence} valence, {arousal} arousal.",
        "disc": {"D": profile.disc.dominance},
        "ocean": {"E": profile.ocean.extraversion},
        "trauma": profile.trauma,
        "entropy": profile.entropy,
    }


def drawn_profile(number: int, clip: str, seed: int, draw: int = 0) -> Profile:
    """Return a profile of the quadrant, uniform in its ranges; the same for the same clip, seed and draw."""
    quadrant = QUADRANTS[number]
    trauma, entropy = shares(f"{seed}/{draw}/{clip}")
    return Profile(trauma=_between(quadrant.trauma, trauma), entropy=_between(quadrant.entropy, entropy), given=GIVEN)


def shares(text: str) -> tuple[float, float]:
    """Return two numbers in [0, 1) that depend on the text alone, in every process and version of Python."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48, int.from_bytes(digest[6:12]) / 2**48


def _between(ends: tuple[float, float], share: float) -> float:
    return round(ends[0] + (ends[1] - ends[0]) * share, 6)
