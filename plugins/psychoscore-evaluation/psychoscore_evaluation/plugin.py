"""Offer the commands `psyco evaluate` and `psyco explain`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psychoscore_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco evaluate` and `psyco explain`."""
    from psychoscore_evaluation.commands import evaluate, explain

    yield evaluate
    yield explain
