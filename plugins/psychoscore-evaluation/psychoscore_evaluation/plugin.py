"""Offer the exporter `report`, and the commands `psyco evaluate` and `psyco explain`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen

from psychoscore_core import Component, hookimpl

if TYPE_CHECKING:
    import click


@frozen(kw_only=True)
class ReportConfig:
    """What a run's takes were asked for, beside what is heard in them.

    page: also write `report.html` beside `report.json`.
    """

    page: bool = True


@hookimpl
def psyco_exporters() -> Iterable[Component]:
    """Offer `report`."""
    yield Component(
        name="report",
        factory="psychoscore_evaluation.exporting:ReportExporter",
        config=ReportConfig,
        summary="What the takes were asked for beside what is heard in them, as numbers and as a page.",
    )


@hookimpl
def psyco_commands() -> Iterable[click.Command]:
    """Offer `psyco evaluate` and `psyco explain`."""
    from psychoscore_evaluation.commands import evaluate, explain

    yield evaluate
    yield explain
