"""Random but coherent profiles, for synthetic data and for tests."""

from __future__ import annotations

import random
from typing import Any

from psychoscore_core.profile import BIASES, DIMENSIONS, DarkTriad, Disc, Ocean, Physics, Profile, Rsi

MAX_BIASES = 3


def random_profile(rng: random.Random) -> Profile:
    """Draw a profile; the same generator state gives the same profile.

    DISC D Beta(2,5), I Beta(3,3), S Beta(3,3), C Beta(2,4); OCEAN Beta(3,3); RSI three uniforms over their sum;
    trauma Beta(2,5); entropy Beta(2,3); dark triad Beta(1.5,8), Beta(1.5,8), Beta(1.2,10); 0 to 3 biases;
    physics uniform in its ranges.
    """
    beta = rng.betavariate
    disc = Disc(dominance=beta(2, 5), influence=beta(3, 3), steadiness=beta(3, 3), compliance=beta(2, 4))
    ocean = Ocean(**{name: beta(3, 3) for name in Ocean.__annotations__})
    shares = [rng.random() + 1e-9 for _ in range(3)]
    real, symbolic = shares[0] / sum(shares), shares[1] / sum(shares)
    return Profile(
        disc=disc,
        ocean=ocean,
        rsi=Rsi(real=real, symbolic=symbolic, imaginary=max(0.0, 1 - real - symbolic)),
        trauma=beta(2, 5),
        entropy=beta(2, 3),
        dark_triad=DarkTriad(machiavellianism=beta(1.5, 8), narcissism=beta(1.5, 8), psychopathy=beta(1.2, 10)),
        cognitive_biases=tuple(rng.sample(BIASES, rng.randint(0, MAX_BIASES))),
        physics=_physics(rng),
        given=frozenset(d.name for d in DIMENSIONS),
    )


def _physics(rng: random.Random) -> Physics:
    ranges = {d.name.removeprefix("physics."): d for d in DIMENSIONS if d.name.startswith("physics.")}
    spin = rng.choice((1, -1))
    numbers: dict[str, Any] = {name: rng.uniform(d.low, d.high) for name, d in ranges.items() if name != "spin"}
    return Physics(spin=spin, **numbers)
