"""Offer the dataset `pop909`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class Pop909Config:
    """Pop songs arranged for piano, with melody, bridge and accompaniment in tracks of their own; no labels.

    path: the folder POP909, or the one that holds POP909 and POP909_CL.
    version: "corrected" takes bars, keys and chords from POP909_CL, and voices and tempos from POP909 where that lies
    beside it; "original" rebuilds the bars from each song's beats; "auto" is corrected where that has right bars.
    tempo: "median" gives a song one tempo, the one that half of it lies above; "beats" keeps every change.
    grid: songs with a smaller share of onsets within a sixth of a sixteenth note of the bars' sixteenths or eighth
    triplets are left out, 0 to 1.
    transpose: training songs are also given in every transposition up to so many semitones up and down, 0 to 6.
    seed: of the split of songs that split_by_song.csv does not name.
    """

    path: Path = Path("POP909")
    version: Literal["auto", "corrected", "original"] = "auto"
    tempo: Literal["median", "beats"] = "median"
    grid: float = field(default=0.7, validator=[ge(0), le(1)])
    transpose: int = field(default=0, validator=[ge(0), le(6)])
    seed: int = 0


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="pop909",
        factory="psychoscore_pop909.dataset:Pop909",
        config=Pop909Config,
        summary="POP909: pop songs for piano with melody, bridge, bars, keys and chords.",
    )
