"""Offer the commands `psyco timbre` and `psyco ddsp`, and the model behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psychoscore_core import ShippedModel, hookimpl

if TYPE_CHECKING:
    import click


TIMBRE = ShippedModel(name="timbre", package="psychoscore_timbre", summary="the voice that `psyco timbre` plays with")


@hookimpl
def psyco_shipped_models() -> Iterable[ShippedModel]:
    """Offer the model, so that it can be found and replaced."""
    yield TIMBRE


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco timbre` and `psyco ddsp`."""
    from psychoscore_timbre.commands import ddsp, timbre

    yield timbre
    yield ddsp
