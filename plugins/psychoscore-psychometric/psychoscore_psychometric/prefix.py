"""The prefix tokens: their names, and which of them a profile and its attributes call for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from psychoscore_core.errors import ProfileError
from psychoscore_core.profile import BIASES, DIMENSIONS, Profile
from psychoscore_core.records import KEYS, MODES, Attributes

LEVELS = range(11)
TEMPOS = range(40, 201, 20)
_BEFORE_RSI = {
    "disc.dominance": "DISC_D",
    "disc.influence": "DISC_I",
    "disc.steadiness": "DISC_S",
    "disc.compliance": "DISC_C",
    "ocean.openness": "OCEAN_O",
    "ocean.conscientiousness": "OCEAN_C",
    "ocean.extraversion": "OCEAN_E",
    "ocean.agreeableness": "OCEAN_A",
    "ocean.neuroticism": "OCEAN_N",
}
_RSI = {"rsi.real": "RSI_R", "rsi.symbolic": "RSI_S", "rsi.imaginary": "RSI_I"}
_AFTER_RSI = {
    "trauma": "TRAUMA",
    "entropy": "ENTROPY",
    "dark_triad.machiavellianism": "DARK_MACH",
    "dark_triad.narcissism": "DARK_NARC",
    "dark_triad.psychopathy": "DARK_PSYCH",
}


def level(value: float) -> str:
    """Return the value in tenths, halves rounded up: 0.25 is "0.3", -0.04 is "0.0"."""
    tenths = math.floor(value * 10 + 0.5)
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"


def all_names() -> tuple[str, ...]:
    """Return the name of every prefix token, in the order in which a prefix uses them."""
    tenths = [level(n / 10) for n in LEVELS]
    return (
        *(f"{name}:{t}" for name in _BEFORE_RSI.values() for t in tenths),
        *(f"RSI_{register}_DOM" for register in ("REAL", "SYMBOLIC", "IMAGINARY")),
        *(f"{name}:{t}" for name in (*_RSI.values(), *_AFTER_RSI.values()) for t in tenths),
        *(f"BIAS_{bias.upper()}" for bias in BIASES),
        *(f"HAMILTONIAN:{t}" for t in tenths),
        *(f"ISING_SPIN:{sign}" for sign in "+-"),
        *(f"GRANOVETTER:{t}" for t in tenths),
        *(f"LYAPUNOV:{level((n - 5) / 10)}" for n in LEVELS),
        *(f"KEY_{key}" for key in KEYS),
        *(f"MODE_{mode}" for mode in MODES),
        *(f"TEMPO_{tempo}" for tempo in TEMPOS),
    )


def stated(profile: Profile) -> frozenset[str]:
    """Return the dimensions that the profile speaks of: those given, else those that differ from neutral."""
    if profile.given:
        return profile.given
    pairs = zip(DIMENSIONS, profile.to_vector(), strict=True)
    return frozenset(dimension.name for dimension, value in pairs if value != dimension.neutral)


def profile_tokens(profile: Profile, known: frozenset[str]) -> Iterator[str]:
    """Yield the tokens of the known dimensions in prefix order; RSI counts as known when one share of it is."""
    values = {d.name: value for d, value in zip(DIMENSIONS, profile.to_vector(), strict=True)}
    for name, token in _BEFORE_RSI.items():
        if name in known:
            yield f"{token}:{level(values[name])}"
    if not known.isdisjoint(_RSI):
        yield f"RSI_{profile.rsi.dominant.upper()}_DOM"
        yield from (f"{token}:{level(values[name])}" for name, token in _RSI.items())
    for name, token in _AFTER_RSI.items():
        if name in known:
            yield f"{token}:{level(values[name])}"
    yield from (f"BIAS_{bias.upper()}" for bias in profile.cognitive_biases if f"bias.{bias}" in known)
    yield from _physics_tokens(profile, known)


def attribute_tokens(attributes: Attributes) -> Iterator[str]:
    """Yield the tokens of the known attributes; raises ProfileError on a key, mode or tempo that does not exist."""
    for name, value, names in (("key", attributes.key, KEYS), ("mode", attributes.mode, MODES)):
        if value is not None and value not in names:
            raise ProfileError(f"{name} must be one of {', '.join(names)}, not {value!r}")
        if value is not None:
            yield f"{name.upper()}_{value}"
    if attributes.tempo is not None:
        yield f"TEMPO_{_nearest_tempo(attributes.tempo)}"


def _physics_tokens(profile: Profile, known: frozenset[str]) -> Iterator[str]:
    physics = profile.physics
    if "physics.total_energy" in known:
        yield f"HAMILTONIAN:{level(physics.total_energy)}"
    if "physics.spin" in known:
        yield f"ISING_SPIN:{'+' if physics.spin > 0 else '-'}"
    if "physics.threshold" in known:
        yield f"GRANOVETTER:{level(physics.threshold)}"
    if "physics.exponent" in known:
        yield f"LYAPUNOV:{level(physics.exponent)}"


def _nearest_tempo(tempo: float) -> int:
    if not math.isfinite(tempo) or tempo <= 0:
        raise ProfileError(f"tempo must be a number of quarter notes a minute above 0, not {tempo!r}")
    return min(TEMPOS, key=lambda step: (abs(step - tempo), step))
