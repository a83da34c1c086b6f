"""Seeded chance: each place of a piece has a generator of its own, so a theme that returns draws alike."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import TypeVar

Choice = TypeVar("Choice")


def dice(seed: int, *place: object) -> random.Random:
    """Return the generator of a place: SHA-256 of seed and place, so nothing hangs on hash randomisation."""
    text = "/".join(map(str, (seed, *place)))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def draw(rng: random.Random, weights: Mapping[Choice, float], temperature: float = 1.0) -> Choice:
    """Draw a key by its weight; a low temperature favours the heaviest, a high one evens them out."""
    sharpened = [max(weight, 0.0) ** (1 / max(temperature, 0.05)) for weight in weights.values()]
    return rng.choices(list(weights), sharpened)[0]
