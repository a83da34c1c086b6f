"""The dataset `synthetic`."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import importlib_metadata
from attrs import asdict

from psychoscore_core.errors import DataError
from psychoscore_core.profile import Profile
from psychoscore_core.records import Piece, digest_of
from psychoscore_core.rule_table import plan_of
from psychoscore_synthetic.augmentation import augmented
from psychoscore_synthetic.keys import Keys
from psychoscore_synthetic.plugin import SyntheticConfig
from psychoscore_synthetic.variants import Variant, bars_of, number, profile_of, split_of, variants_of

SOURCES = ("psychoscore", "psychoscore-rules", "psychoscore-synthetic", "psychoscore-temperature")


class Synthetic:
    """Random profiles, and the pieces that the rules compose for them; nothing is read from disk."""

    def __init__(self, config: SyntheticConfig) -> None:
        self.config = config

    def check(self) -> None:
        """Raise DataError where the composing rules are not installed."""
        if importlib.util.find_spec("psychoscore_rules") is None:
            raise DataError("synthetic: the composing rules are missing; install psychoscore-rules")

    def keys(self) -> Keys:
        """Return the ids of all pairs, lazily."""
        return Keys(range(self.config.num_pairs))

    def load(self, key: str) -> Sequence[Piece]:
        """Return the pair's piece, or its twelve transpositions; raises DataError on an unknown key."""
        profile, variants = self.plan(key)
        score = composed(profile, bars_of(self.config, key), number(self.config, key, "compose"))
        return [self._piece(key, profile, score, variant) for variant in variants]

    def plan(self, key: str) -> tuple[Profile, list[Variant]]:
        """Return the pair's profile and what its pieces will be, without composing them."""
        self.keys().check(key)
        profile = profile_of(self.config, key)
        return profile, variants_of(self.config, key, profile)

    def digest(self) -> str:
        """Return a digest of the settings and of the versions of what composes."""
        return digest_of([asdict(self.config), versions()])

    def _piece(self, key: str, profile: Profile, score: Any, variant: Variant) -> Piece:
        return Piece(
            id=variant.id,
            score=augmented(score, variant),
            profile=profile,
            group=key,
            split=split_of(self.config, key),
            attributes=variant.attributes,
            labels={"bars": bars_of(self.config, key), "shift": variant.shift, "stretch": variant.stretch},
        )


def versions() -> dict[str, str]:
    """Return the version of every distribution that decides what a pair sounds like; "" where one is missing."""
    found = {}
    for name in SOURCES:
        try:
            found[name] = importlib_metadata.version(name)
        except importlib_metadata.PackageNotFoundError:
            found[name] = ""
    return found


def composed(profile: Profile, bars: int, seed: int) -> Any:
    """Return the score of a profile, as a project without further settings composes it."""
    # Imported here: both bring what the check of a config can do without.
    from psychoscore_rules.composer import compose_score
    from psychoscore_temperature.plugin import DynamicConfig
    from psychoscore_temperature.schedulers import Dynamic

    temperatures = Dynamic(DynamicConfig()).temperatures(profile, bars)
    return compose_score(profile, plan_of(profile, bars), temperatures, seed)
