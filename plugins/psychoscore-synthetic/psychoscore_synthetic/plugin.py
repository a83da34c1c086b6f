"""Offer the dataset `synthetic` and the command that writes it to disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, in_, le, lt

from psychoscore_core import Component, hookimpl

if TYPE_CHECKING:
    import click

TRANSPOSE = ("none", "random", "all")


@frozen(kw_only=True)
class SyntheticConfig:
    """Pairs of a random profile and the music that the rules compose for it.

    A pair depends on the seed and its own number only: more pairs leave the first ones as they are. Augmentations
    change the pieces of the train split only, and never the profile; the piece's attributes say what is true after.

    num_pairs: how many profiles; 1 to 10,000,000.
    seed: another seed gives other pairs; any integer.
    bars_minimum: the fewest bars of a piece; 1 to 128.
    bars_maximum: the most bars of a piece, before any stretch; 1 to 128, at least bars_minimum.
    validation_share: share of the pairs in the validation split, by a hash of the pair's number; 0 to below 1.
    transpose: "none", "random" (each piece into one key of twelve) or "all" (each piece in all twelve keys).
    tempo_augmentation: draw a tempo of 60 to 180; notes keep their places in the bars, only the seconds change.
    time_stretch: halve, keep or double all note values; the tempo stays, so bars and seconds change alike.
    """

    num_pairs: int = field(default=50_000, validator=[ge(1), le(10_000_000)])
    seed: int = 0
    bars_minimum: int = field(default=4, validator=[ge(1), le(128)])
    bars_maximum: int = field(default=32, validator=[ge(1), le(128)])
    validation_share: float = field(default=0.05, validator=[ge(0.0), lt(1.0)])
    transpose: Literal["none", "random", "all"] = field(default="none", validator=in_(TRANSPOSE))
    tempo_augmentation: bool = False
    time_stretch: bool = False

    @bars_maximum.validator
    def _not_below_minimum(self, attribute: Attribute[int], value: int) -> None:
        if value < self.bars_minimum:
            raise ValueError(f"bars_maximum ({value}) must not be below bars_minimum ({self.bars_minimum})")


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="synthetic",
        factory="psychoscore_synthetic.dataset:Synthetic",
        config=SyntheticConfig,
        summary="Random profiles and the music that the rules compose for them; nothing to download.",
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco synthetic`."""
    from psychoscore_synthetic.command import synthetic

    yield synthetic
