"""Offer the commands `psyco listen` and `psyco emotion`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psychoscore_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco listen` and `psyco emotion`."""
    from psychoscore_emotion.commands import emotion, listen

    yield listen
    yield emotion
