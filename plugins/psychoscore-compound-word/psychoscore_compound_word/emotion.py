"""Valence, arousal and quadrant of a profile, and the profile of a valence and an arousal.

`psychoscore_vgmidi.moods` writes ratings into a profile's trauma and entropy: each quadrant of Russell's circumplex has
a range of both (`psychoscore_emopia.quadrants`), and within it trauma rises as valence falls, entropy as arousal rises.
This is its inverse, for ratings up to the strength at which those ranges end.
"""

from __future__ import annotations

import math

from attrs import frozen

from psychoscore_core.profile import Profile
from psychoscore_emopia.quadrants import QUADRANTS, Quadrant, quadrant_json
from psychoscore_psychometric.prefix import stated
from psychoscore_vgmidi.moods import STRONG, Mood, mood_profile, quadrant_of

ASKED = {"trauma", "entropy"}


@frozen
class Emotion:
    """Valence and arousal in [-0.5, 0.5], and the quadrant, 1 to 4; None where a profile says nothing of it."""

    valence: float = 0.0
    arousal: float = 0.0
    quadrant: int | None = None


def emotion_of(profile: Profile) -> Emotion:
    """Return the emotion that a profile states by its trauma and entropy; without either of them, none.

    The quadrant is the one whose ranges lie nearest. Valence and arousal are those that `mood_profile` would have
    written there; what lies on the other side of 0, as half of the values of a quadrant without ratings do, is 0.
    """
    if not stated(profile) >= ASKED:
        return Emotion()
    number = min(QUADRANTS, key=lambda n: _distance(profile, QUADRANTS[n]))
    quadrant = QUADRANTS[number]
    valence = -_place(quadrant.trauma, profile.trauma)
    arousal = _place(quadrant.entropy, profile.entropy)
    return Emotion(_on_side(valence, quadrant.valence), _on_side(arousal, quadrant.arousal), number)


def mood_json(valence: float, arousal: float) -> dict[str, object]:
    """Return the partial JSON form of a profile of this valence and arousal, each in [-1, 1].

    emotion_of() of it gives them back, up to 0.5; loudness and density are asked for as the quadrant has them.
    """
    quadrant = quadrant_of(valence, arousal)
    profile = mood_profile(Mood(valence, arousal, quadrant))
    return {
        **quadrant_json(quadrant),
        "name": f"valence {valence:g}, arousal {arousal:g}",
        "description": f"Valence {valence:g}, arousal {arousal:g}: in quadrant {quadrant}.",
        "trauma": profile.trauma,
        "entropy": profile.entropy,
    }


def _distance(profile: Profile, quadrant: Quadrant) -> float:
    return math.hypot(_outside(quadrant.trauma, profile.trauma), _outside(quadrant.entropy, profile.entropy))


def _outside(ends: tuple[float, float], value: float) -> float:
    return max(ends[0] - value, value - ends[1], 0.0)


def _place(ends: tuple[float, float], value: float) -> float:
    """Return the rating at a place of a range: -STRONG at its lower end, STRONG at its upper one."""
    return STRONG * (2 * (value - ends[0]) / (ends[1] - ends[0]) - 1)


def _on_side(rating: float, sign: int) -> float:
    return sign * max(0.0, min(STRONG, sign * rating)) + 0.0  # no -0.0
