"""Offer the dataset `groove`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class GrooveConfig:
    """Drum performances with human timing, each with style, tempo and time signature; no profiles.

    path: the folder that holds info.csv.
    kind: "beat" (grooves), "fill" (fills, mostly of a bar or two) or "both".
    min_bars: shorter performances are left out, 0 to 64 bars.
    split: "official" is info.csv's, by performance: one session can be in several. "seeded" splits whole sessions.
    general_midi: give the three pads that General MIDI does not know as drums the number of their like.
    seed: of the seeded split.
    """

    path: Path = Path("groove")
    kind: Literal["both", "beat", "fill"] = "both"
    min_bars: int = field(default=2, validator=[ge(0), le(64)])
    split: Literal["official", "seeded"] = "official"
    general_midi: bool = True
    seed: int = 0


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="groove",
        factory="psychoscore_groove.dataset:Groove",
        config=GrooveConfig,
        summary="Groove: drum performances with human timing, style and tempo.",
    )
