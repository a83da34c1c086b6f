"""Offer the dataset `jsb-chorales`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from attrs.validators import ge, le

from psychoscore_core import Component, hookimpl


@frozen(kw_only=True)
class ChoralesConfig:
    """Bach's chorales in four voices; no labels. One source at a time, for both hold the same music.

    path: the folder that holds Jsb16thSeparated.json, or the folder `midi`, or both.
    source: "json" has the official split and no repeats; "midi" has held and repeated notes, keys and repeats written
    out, and takes each chorale's split from its twin in the JSON file.
    twins: with "json": take metre, key and repeated notes from a chorale's twin in `midi` where that is there.
    tempo: quarter notes a minute where no file tells, 40 to 200.
    transpose: training chorales are also given in every transposition up to so many semitones up and down, 0 to 6.
    seed: of the split of chorales that have none.
    """

    path: Path = Path("jsb_chorales")
    source: Literal["json", "midi"] = "json"
    twins: bool = True
    tempo: float = field(default=80.0, validator=[ge(40), le(200)])
    transpose: int = field(default=0, validator=[ge(0), le(6)])
    seed: int = 0


@hookimpl
def psyco_datasets() -> Iterable[Component]:
    """Offer the dataset."""
    yield Component(
        name="jsb-chorales",
        factory="psychoscore_chorales.dataset:Chorales",
        config=ChoralesConfig,
        summary="JSB Chorales: Bach's four-part chorales with voices, bars and keys.",
    )
