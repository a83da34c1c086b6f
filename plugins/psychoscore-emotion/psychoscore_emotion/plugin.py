"""Offer the commands `psyco listen` and `psyco emotion`, and the model behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from psychoscore_core import ShippedModel, hookimpl

if TYPE_CHECKING:
    import click


EMOTION = ShippedModel(
    name="emotion", package="psychoscore_emotion", summary="hears the emotion of sound, for `psyco listen`"
)


@hookimpl
def psyco_shipped_models() -> Iterable[ShippedModel]:
    """Offer the model, so that it can be found and replaced."""
    yield EMOTION


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco listen` and `psyco emotion`."""
    from psychoscore_emotion.commands import emotion, listen

    yield listen
    yield emotion
