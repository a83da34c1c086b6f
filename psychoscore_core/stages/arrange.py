"""Arrange: a take's score becomes a fuller or differently scored one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from psychoscore_core.records import Take


class Arranger(Protocol):
    """What an arranger is; built as `Class(config)`. Arrangers run in the order of the config's keys."""

    def arrange(self, take: Take) -> Take:
        """Return a new take; the one given is left as it is."""


def arrange(arrangers: Sequence[Arranger], takes: Iterable[Take]) -> list[Take]:
    """Pass every take through every arranger, in order."""
    result = list(takes)
    for arranger in arrangers:
        result = [arranger.arrange(take) for take in result]
    return result
