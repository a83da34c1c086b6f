"""The run's own report: progress to the terminal, metrics to JSON Lines, remarks to the log, notices to plugins."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO


class RunReport:
    """Hears one run; satisfies `psychoscore_core.report.Report`."""

    def __init__(self, run: str, folder: Path, hook: Any, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.run, self.hook, self.quiet = run, hook, quiet
        self.metrics, self.log = folder / "metrics.jsonl", folder / "run.log"
        self.stream = stream or sys.stderr
        self.bars = not quiet and self.stream.isatty()
        self._shown = 0.0
        self._stepped = False

    def progress(self, label: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self.quiet or (now - self._shown < (0.1 if self.bars else 30.0) and done < total):
            return
        self._shown = now
        share = done / max(1, total)
        if self.bars:
            filled = int(30 * share)
            end = "\n" if done >= total else ""
            print(f"\r{label:>12} [{'#' * filled:<30}] {done}/{total}", end=end, file=self.stream, flush=True)
        else:
            print(f"{label}: {done}/{total} ({share:.0%})", file=self.stream, flush=True)

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        if not self._stepped:
            self._stepped = True
            self._forget_from(step)
        self.measure("train", {"step": step, **metrics})
        self.hook.psyco_training_step(run=self.run, step=step, metrics=metrics)

    def measure(self, stage: str, values: Mapping[str, Any]) -> None:
        """Append one line to metrics.jsonl."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": stage, **values}) + "\n")

    def remark(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
        if not self.quiet:
            print(text, file=self.stream, flush=True)

    def _forget_from(self, step: int) -> None:
        """Drop training lines that a killed process wrote after its last snapshot: they are about to come again."""
        if not self.metrics.exists():
            return
        kept = [line for line in self.metrics.read_text("utf-8").splitlines() if not _repeats(line, step)]
        self.metrics.write_text("".join(f"{line}\n" for line in kept), "utf-8")


def _repeats(line: str, step: int) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return True  # a line cut short by the kill
    return bool(record.get("stage") == "train" and record.get("step", -1) >= step)
