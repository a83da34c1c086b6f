"""Rate: takes are measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from psychoscore_core.records import Take


class Rater(Protocol):
    """What a rater is; built as `Class(config)`."""

    def rate(self, take: Take) -> Mapping[str, float]:
        """Return named measurements of a take; the run prefixes them with the rater's name."""
