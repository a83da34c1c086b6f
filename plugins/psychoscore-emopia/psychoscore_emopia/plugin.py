"""Offer the dataset `emopia` and the command `psyco emopia`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl

if TYPE_CHECKING:
    import click


@frozen(kw_only=True)
class EmopiaConfig:
    """Pop piano clips with a quadrant each; profiles are drawn from valence and arousal.

    path: the folder EMOPIA_2.2, which holds `midis/`.
    aligned: the folder of beat-aligned MIDI files; null looks for `beat_midi` inside of `path` and beside it.
    version: "aligned" has bars, "performance" has the timing of the fingers, "both" gives every clip twice; "auto" is
    aligned where that copy is found and performance otherwise.
    split: "official" takes split/*.csv where they are, and the seeded split by song where they are not; "seeded" always
    takes the latter.
    tempo: of an aligned clip: "median" gives it one tempo, the median of its beats; "beats" keeps one for each beat.
    profiles_per_clip: how many profiles are drawn for each training clip, 1 to 100.
    transpose: training clips are also given in every transposition up to so many semitones up and down, 0 to 6.
    seed: of the profiles and of the seeded split.
    """

    path: Path = Path("EMOPIA_2.2")
    aligned: Path | None = None
    version: Literal["auto", "aligned", "performance", "both"] = "auto"
    split: Literal["official", "seeded"] = "official"
    tempo: Literal["median", "beats"] = "median"
    profiles_per_clip: int = field(default=1, validator=[ge(1), le(100)])
    transpose: int = field(default=0, validator=[ge(0), le(6)])
    seed: int = 0


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="emopia",
        factory="psychoscore_emopia.dataset:Emopia",
        config=EmopiaConfig,
        summary="EMOPIA: pop piano clips labelled with their quadrant of valence and arousal.",
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco emopia download` and `psyco emopia quadrants`."""
    from psychoscore_emopia.commands import emopia

    yield emopia
