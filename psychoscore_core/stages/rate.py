"""Rate: takes are measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from psychoscore_core.records import Take


class Rater(Protocol):
    """What a rater is; built as `Class(config)`."""

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return named measurements of a take; the run prefixes them with the rater's name."""


def rate(raters: Mapping[str, Rater], takes: Iterable[Take]) -> dict[str, dict[str, float]]:
    """Return every take's measurements by its name, as `rater.measurement`."""
    return {
        take.name: {
            f"{name}.{key}": float(value) for name, rater in raters.items() for key, value in rater.rate(take).items()
        }
        for take in takes
    }
