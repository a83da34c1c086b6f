"""Offer the commands `psyco timbre` and `psyco ddsp`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psychoscore_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco timbre` and `psyco ddsp`."""
    from psychoscore_timbre.commands import ddsp, timbre

    yield timbre
    yield ddsp
