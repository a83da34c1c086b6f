"""Offer the rater `judge` and the command `psyco judge`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from psychoscore_core import Component, hookimpl

if TYPE_CHECKING:
    import click


@frozen(kw_only=True)
class JudgeConfig:
    """Valence, arousal and quadrant of a take, learnt from a copy of EMOPIA that you have.

    path: the folder EMOPIA_2.2, which holds `midis/`; a folder `beat_midi` in or beside it is used where it is found.
    cache: the folder for what was measured from the clips; null is `.judge-cache` in the working folder.
    """

    path: Path = Path("EMOPIA_2.2")
    cache: Path | None = None


@hookimpl
def psyco_raters() -> Iterable[Component]:
    """Offer the rater."""
    yield Component(
        name="judge",
        factory="psychoscore_judge.rater:JudgeRater",
        config=JudgeConfig,
        summary="Valence, arousal and quadrant of a take, judged by a model fitted on your copy of EMOPIA.",
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco judge`."""
    from psychoscore_judge.commands import judge

    yield judge
