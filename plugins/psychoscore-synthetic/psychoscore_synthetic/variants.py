"""What each pair is, before any note is composed: its profile, its split, and how it will be augmented."""

from __future__ import annotations

import hashlib
import random

from attrs import evolve, frozen

from psychoscore_core.profile import Profile
from psychoscore_core.random_profile import random_profile
from psychoscore_core.records import KEYS, Attributes
from psychoscore_core.rule_table import complete
from psychoscore_synthetic.plugin import SyntheticConfig

SHIFTS = tuple(range(-5, 7))  # semitones: each of the twelve keys once, by the shorter way
TEMPI = (60, 180)  # quarter notes a minute, both included
STRETCHES = (0.5, 1.0, 2.0)


@frozen(kw_only=True)
class Variant:
    """One piece of a pair.

    id: unique in the dataset. attributes: what is true after the augmentation. shift: semitones up.
    tempo_ratio: factor on every tempo. stretch: factor on every time and duration.
    """

    id: str
    attributes: Attributes
    shift: int = 0
    tempo_ratio: float = 1.0
    stretch: float = 1.0


def number(config: SyntheticConfig, key: str, purpose: str) -> int:
    """Return 64 random bits for one purpose of one pair; no purpose disturbs another's."""
    text = f"synthetic:{config.seed}:{key}:{purpose}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def dice(config: SyntheticConfig, key: str, purpose: str) -> random.Random:
    """Return the generator for one purpose of one pair, the same in every process."""
    return random.Random(number(config, key, purpose))


def profile_of(config: SyntheticConfig, key: str) -> Profile:
    """Return the pair's profile."""
    return random_profile(dice(config, key, "profile"))


def bars_of(config: SyntheticConfig, key: str) -> int:
    """Return how many bars the pair's piece is composed with."""
    return dice(config, key, "bars").randint(config.bars_minimum, config.bars_maximum)


def split_of(config: SyntheticConfig, key: str) -> str:
    """Return "train" or "validation", by a hash of the key alone: neither the seed nor more pairs move it."""
    share = int.from_bytes(hashlib.sha256(f"split:{key}".encode()).digest()[:8], "big") / 2**64
    return "validation" if share < config.validation_share else "train"


def variants_of(config: SyntheticConfig, key: str, profile: Profile) -> list[Variant]:
    """Return the pieces of a pair: one, or twelve where `transpose` is "all" and the pair is for training."""
    composed = Variant(id=key, attributes=complete(profile))
    if split_of(config, key) != "train":
        return [composed]
    timed = _timed(config, key, composed)
    if config.transpose == "all":
        return [evolve(shifted, id=f"{key}-{shifted.attributes.key}") for shifted in _shifted(timed, SHIFTS)]
    if config.transpose == "random":
        return _shifted(timed, (dice(config, key, "transpose").choice(SHIFTS),))
    return [timed]


def _timed(config: SyntheticConfig, key: str, variant: Variant) -> Variant:
    if config.tempo_augmentation:
        tempo, written = float(dice(config, key, "tempo").randint(*TEMPI)), variant.attributes.tempo
        assert written
        attributes = evolve(variant.attributes, tempo=tempo)
        variant = evolve(variant, attributes=attributes, tempo_ratio=tempo / written)
    if config.time_stretch:
        variant = evolve(variant, stretch=dice(config, key, "stretch").choice(STRETCHES))
    return variant


def _shifted(variant: Variant, shifts: tuple[int, ...]) -> list[Variant]:
    assert variant.attributes.key
    home = KEYS.index(variant.attributes.key)
    keys = [KEYS[(home + shift) % 12] for shift in shifts]
    return [
        evolve(variant, shift=shift, attributes=evolve(variant.attributes, key=key))
        for shift, key in zip(shifts, keys, strict=True)
    ]
