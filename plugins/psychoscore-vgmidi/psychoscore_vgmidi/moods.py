"""The profile of a piece rated for valence and arousal: EMOPIA's quadrants, and how far into one the ratings lie."""

from __future__ import annotations

from attrs import frozen

from psychoscore_core.profile import Profile
from psychoscore_emopia.quadrants import GIVEN, QUADRANTS

STRONG = 0.5  # of ratings in [-1, 1]: the means of thirty listeners seldom go further
_NUMBERS = {(1, 1): 1, (-1, 1): 2, (-1, -1): 3, (1, -1): 4}


@frozen
class Mood:
    """What a piece was rated: valence and arousal in [-1, 1], and the quadrant of its labels (Russell 1980)."""

    valence: float
    arousal: float
    quadrant: int


def quadrant_of(valence: float, arousal: float) -> int:
    """Return the quadrant: 1 is ++, 2 is -+, 3 is --, 4 is +-; zero counts as positive."""
    return _NUMBERS[(1 if valence >= 0 else -1, 1 if arousal >= 0 else -1)]


def mood_profile(mood: Mood) -> Profile:
    """Return the profile: trauma and entropy within the ranges that EMOPIA's quadrant has.

    The stronger the valence, the nearer trauma is to the outer end (high where valence is low), and so entropy with
    arousal (high where arousal is high); ratings of 0 give the middle, 0.5 and beyond the end.
    """
    quadrant = QUADRANTS[mood.quadrant]
    return Profile(
        trauma=_within(quadrant.trauma, -_strength(mood.valence)),
        entropy=_within(quadrant.entropy, _strength(mood.arousal)),
        given=GIVEN,
    )


def _strength(rating: float) -> float:
    return max(-1.0, min(1.0, rating / STRONG))


def _within(ends: tuple[float, float], place: float) -> float:
    return round(ends[0] + (ends[1] - ends[0]) * (place + 1) / 2, 6)
