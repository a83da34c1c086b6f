"""Offer the dataset `vgmidi`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class VgmidiConfig:
    """Piano arrangements of game music; the labelled ones have a profile from their valence and arousal.

    path: the folder that holds manifest.csv or vgmidi_labelled.csv.
    pieces: "labelled", "unlabelled" (with a neutral profile) or "both".
    grid: pieces with a smaller share of onsets within a sixth of a sixteenth note of the bars' sixteenths or eighth
    triplets are left out, 0 to 1.
    transpose: training pieces are also given in every transposition up to so many semitones up and down, 0 to 6.
    seed: of the split of games that no table names.
    """

    path: Path = Path("vgmidi")
    pieces: Literal["labelled", "unlabelled", "both"] = "labelled"
    grid: float = field(default=0.7, validator=[ge(0), le(1)])
    transpose: int = field(default=0, validator=[ge(0), le(6)])
    seed: int = 0


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="vgmidi",
        factory="psychoscore_vgmidi.dataset:Vgmidi",
        config=VgmidiConfig,
        summary="VGMIDI: game music for piano, rated for valence and arousal.",
    )
