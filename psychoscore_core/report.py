"""What long work tells the run that it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Report(Protocol):
    """The ear of a run: progress bars, metrics and remarks; every method returns at once."""

    def progress(self, label: str, done: int, total: int) -> None:
        """Show how far a piece of work has come."""

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log one training step's metrics (JSON Lines) and send the training-step notice."""

    def remark(self, text: str) -> None:
        """Say one line to the user and to the run's log."""


class Silent:
    """A report that hears nothing, for tests and for use as a library."""

    def progress(self, label: str, done: int, total: int) -> None:
        return

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        return

    def remark(self, text: str) -> None:
        return
