"""The exporter `report`: an evaluation of the takes that a run has just made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from psychoscore_core.records import Artifact, Take
from psychoscore_core.whole_files import replacing, write_json
from psychoscore_evaluation.made import record_of
from psychoscore_evaluation.plugin import ReportConfig

NUMBERS, PAGE = "report.json", "report.html"


@frozen
class ReportExporter:
    """Writes `report.json` and, unless told otherwise, `report.html`."""

    config: ReportConfig

    def export_takes(self, takes: Sequence[Take], folder: Path) -> Sequence[Artifact]:
        """Write what was asked for and what is heard; the same takes give the same bytes.

        What lies in the folder already is shown: `TAKE.png` as its picture, `TAKE.mid` and `TAKE.wav` to open.
        """
        from psychoscore_evaluation.report.run_page import run_page

        folder.mkdir(parents=True, exist_ok=True)
        record = record_of(takes)
        path = folder / NUMBERS
        write_json(path, record)
        artifacts = [Artifact(path=path, kind="report", summary=f"asked and measured, {len(takes)} takes")]
        if self.config.page:
            path = folder / PAGE
            with replacing(path) as part:
                part.write_text(run_page(record, folder), "utf-8")
            artifacts.append(Artifact(path=path, kind="report", summary="the same as a page to look at"))
        return artifacts
